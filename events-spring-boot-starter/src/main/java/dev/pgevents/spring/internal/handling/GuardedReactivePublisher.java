package dev.pgevents.spring.internal.handling;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.PayloadCodec;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.ReactivePublisher;
import reactor.core.publisher.Mono;

/**
 * Refuses echoes, and lets interceptors around what is published reactively. Who handles
 * an event is known on its thread, hence at the call; interceptors are called where the
 * {@code Mono} is subscribed to.
 *
 * @since 0.1
 */
public final class GuardedReactivePublisher implements ReactivePublisher {

	private final ReactivePublisher publisher;

	private final Supplier<List<DomainEventInterceptor>> interceptors;

	private final EchoCheck echoes;

	/**
	 * Guards what is published through another publisher.
	 * @param publisher the other one
	 * @param interceptors who is asked, outermost first
	 * @param codec how payloads become JSON
	 */
	public GuardedReactivePublisher(ReactivePublisher publisher, Supplier<List<DomainEventInterceptor>> interceptors,
			PayloadCodec codec) {
		this.publisher = publisher;
		this.interceptors = interceptors;
		this.echoes = new EchoCheck(codec);
	}

	@Override
	public Mono<Void> publish(Event event) {
		return publishAll(List.of(event));
	}

	@Override
	public Mono<Void> publishAll(Collection<Event> events) {
		List<Event> copy = List.copyOf(events);
		try {
			copy.forEach(this.echoes::check);
		}
		catch (IllegalStateException ex) {
			return Mono.error(ex);
		}
		return Mono.defer(() -> {
			List<Event> passed = new ArrayList<>();
			InterceptedPublisher.proceed(this.interceptors.get(), 0, copy, passed::addAll);
			return this.publisher.publishAll(passed);
		});
	}

}
