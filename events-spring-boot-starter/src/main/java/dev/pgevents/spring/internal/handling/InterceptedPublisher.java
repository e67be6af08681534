package dev.pgevents.spring.internal.handling;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.spring.DomainEventInterceptor;

/**
 * Lets interceptors around each publishing.
 *
 * @since 0.1
 */
public final class InterceptedPublisher implements Publisher {

	private final Publisher publisher;

	private final Supplier<List<DomainEventInterceptor>> interceptors;

	/**
	 * Lets interceptors around what is published through another publisher.
	 * @param publisher the other one
	 * @param interceptors who is asked, outermost first
	 */
	public InterceptedPublisher(Publisher publisher, Supplier<List<DomainEventInterceptor>> interceptors) {
		this.publisher = publisher;
		this.interceptors = interceptors;
	}

	@Override
	public void publish(Event event) {
		List<DomainEventInterceptor> all = this.interceptors.get();
		if (all.isEmpty()) {
			this.publisher.publish(event);
			return;
		}
		proceed(all, 0, List.of(event), (events) -> events.forEach(this.publisher::publish));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		List<DomainEventInterceptor> all = this.interceptors.get();
		if (all.isEmpty()) {
			this.publisher.publishAll(events);
			return;
		}
		proceed(all, 0, List.copyOf(events), this.publisher::publishAll);
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		List<DomainEventInterceptor> all = this.interceptors.get();
		if (all.isEmpty()) {
			return this.publisher.publishAsync(event);
		}
		AsyncPublishing last = new AsyncPublishing(this.publisher);
		proceed(all, 0, List.of(event), last);
		return last.published;
	}

	static void proceed(List<DomainEventInterceptor> all, int next, List<Event> events,
			DomainEventInterceptor.Publishing last) {
		if (next == all.size()) {
			last.proceed(events);
		}
		else {
			all.get(next).aroundPublish(events, (passed) -> proceed(all, next + 1, List.copyOf(passed), last));
		}
	}

	/** Completes when all that the interceptors let through are published. */
	private static final class AsyncPublishing implements DomainEventInterceptor.Publishing {

		private final Publisher publisher;

		private CompletableFuture<Void> published = CompletableFuture.completedFuture(null);

		AsyncPublishing(Publisher publisher) {
			this.publisher = publisher;
		}

		@Override
		public void proceed(Collection<Event> events) {
			for (Event event : events) {
				this.published = CompletableFuture.allOf(this.published, this.publisher.publishAsync(event));
			}
		}

	}

}
