package dev.pgevents;

import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Passes everything on to another bus, its {@linkplain EventBus#capability capabilities}
 * included: what a decorator extends that changes one thing of a bus. As thread-safe as
 * the other bus.
 *
 * <p>
 * Who publishes by a capability, as Spring's transactions do, does not call
 * {@link #publish} of the decorator. A decorator that has to see those events too
 * overrides {@link #capability}.
 *
 * @since 0.1
 */
public abstract class DelegatingEventBus implements EventBus {

	private final EventBus delegate;

	/**
	 * Decorates a bus.
	 * @param delegate the other bus; closed with this one
	 */
	protected DelegatingEventBus(EventBus delegate) {
		this.delegate = Objects.requireNonNull(delegate, "delegate");
	}

	/**
	 * The bus behind this one.
	 * @return the other bus
	 */
	protected final EventBus delegate() {
		return this.delegate;
	}

	@Override
	public void publish(Event event) {
		this.delegate.publish(event);
	}

	@Override
	public void publishAll(Collection<Event> events) {
		this.delegate.publishAll(events);
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		return this.delegate.publishAsync(event);
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		return this.delegate.subscribe(filter, options, handler);
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		return this.delegate.open(filter, options);
	}

	@Override
	public boolean isDelivering() {
		return this.delegate.isDelivering();
	}

	@Override
	public Collection<Subscription> subscriptions() {
		return this.delegate.subscriptions();
	}

	@Override
	public @Nullable String instanceId() {
		return this.delegate.instanceId();
	}

	@Override
	public <T> Optional<T> capability(Class<T> type) {
		return type.isInstance(this) ? Optional.of(type.cast(this)) : this.delegate.capability(type);
	}

	@Override
	public void close() {
		this.delegate.close();
	}

	@Override
	public String toString() {
		return getClass().getSimpleName() + "[" + this.delegate + "]";
	}

}
