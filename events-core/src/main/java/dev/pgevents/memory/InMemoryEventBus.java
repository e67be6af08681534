package dev.pgevents.memory;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.dispatch.BusEventStream;
import dev.pgevents.dispatch.BusSubscription;
import dev.pgevents.dispatch.Dispatcher;

/**
 * An event bus in one process. Subscriptions are ready at once; all of them see all
 * events in one order. Payloads are passed on as they are. Thread-safe.
 *
 * @since 0.1
 */
public final class InMemoryEventBus implements EventBus {

	private final Dispatcher dispatcher = Dispatcher.builder("events").build();

	/** Makes one order of what many threads publish. */
	private final ReentrantLock order = new ReentrantLock();

	private volatile boolean closed;

	private InMemoryEventBus() {
	}

	/**
	 * Creates a bus.
	 * @return a new bus; close it when done
	 */
	public static InMemoryEventBus create() {
		return new InMemoryEventBus();
	}

	@Override
	public void publish(Event event) {
		publishAll(List.of(event));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		List<Event> all = List.copyOf(events);
		if (this.closed) {
			throw new IllegalStateException("event bus is closed: nothing can be published any more");
		}
		this.order.lock();
		try {
			all.forEach(this.dispatcher::dispatch);
		}
		finally {
			this.order.unlock();
		}
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		publish(event);
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		BusSubscription subscription = this.dispatcher.subscribe(filter, options, handler, (closing) -> {
		});
		subscription.live();
		return subscription;
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		BusEventStream stream = this.dispatcher.open(filter, options, (closing) -> {
		});
		stream.live();
		return stream;
	}

	@Override
	public Collection<Subscription> subscriptions() {
		return List.copyOf(this.dispatcher.subscriptions());
	}

	@Override
	public boolean isDelivering() {
		return !this.closed;
	}

	@Override
	public void close() {
		this.closed = true;
		this.dispatcher.close();
	}

}
