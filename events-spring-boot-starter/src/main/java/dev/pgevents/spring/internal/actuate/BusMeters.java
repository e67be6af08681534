package dev.pgevents.spring.internal.actuate;

import dev.pgevents.EventBus;
import dev.pgevents.postgres.BusMonitor;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the bus as a whole.
 *
 * @since 0.1
 */
public final class BusMeters implements MeterBinder {

	private final EventBus bus;

	/**
	 * Measures a bus.
	 * @param bus the bus; only that of PostgreSQL has something to measure
	 */
	public BusMeters(EventBus bus) {
		this.bus = bus;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.bus.capability(BusMonitor.class).ifPresent((monitor) -> bindTo(registry, this.bus, monitor));
	}

	private static void bindTo(MeterRegistry registry, EventBus bus, BusMonitor monitor) {
		Gauge.builder("events.connection.delivering", bus, (delivering) -> delivering.isDelivering() ? 1 : 0)
			.description("1 while a notification is known to arrive, else 0")
			.register(registry);
		Gauge.builder("events.publisher.queued", monitor, (of) -> of.status().publishing().queued())
			.description("Events that are waiting to be sent")
			.register(registry);
		FunctionCounter.builder("events.publisher.failed", monitor, (of) -> of.status().publishing().failed())
			.description("Events that could not be sent, or may not have been")
			.register(registry);
		FunctionCounter
			.builder("events.notifications.unreadable", monitor, (of) -> of.status().notifications().unreadable())
			.description("Notifications that could not be read, those refused among them")
			.register(registry);
		FunctionCounter.builder("events.notifications.refused", monitor, (of) -> of.status().notifications().refused())
			.description("Notifications that were not signed with an accepted key")
			.register(registry);
	}

}
