package dev.pgevents.spring.internal.externalization;

import java.util.concurrent.CompletableFuture;

import org.springframework.modulith.events.RoutingTarget;
import org.springframework.modulith.events.support.EventExternalizationTransport;

/**
 * The bus as what Spring Modulith 2.1 hands events to.
 *
 * @since 0.1
 */
public final class BusTransport implements EventExternalizationTransport {

	private final ExternalizedEvents events;

	/**
	 * A transport to a bus.
	 * @param events publishes
	 */
	public BusTransport(ExternalizedEvents events) {
		this.events = events;
	}

	@Override
	public CompletableFuture<?> externalize(Object payload, RoutingTarget target) {
		return this.events.publish(payload, target);
	}

}
