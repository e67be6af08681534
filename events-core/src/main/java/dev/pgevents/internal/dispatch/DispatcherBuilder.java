package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;

import dev.pgevents.SlowHandlerListener;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.internal.util.Require;
import org.jspecify.annotations.Nullable;

/**
 * Builds a dispatcher. The builders of all buses set here what concerns handlers: the
 * checks and the defaults are here alone. Not thread-safe.
 *
 * @since 0.1
 */
public final class DispatcherBuilder {

	/** The default for {@link #slowHandlerThreshold(Duration)}. */
	public static final Duration DEFAULT_SLOW_HANDLER_THRESHOLD = Duration.ofSeconds(10);

	/** The default for {@link #shutdownTimeout(Duration)}. */
	public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

	String busName;

	@Nullable Executor executor;

	boolean inlineHandlers = true;

	Duration slowHandlerThreshold = DEFAULT_SLOW_HANDLER_THRESHOLD;

	SlowHandlerListener slowHandlerListener = (subscription, delivery, runningFor) -> {
	};

	SubscriptionListener subscriptionListener = SubscriptionListener.NONE;

	Duration shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT;

	Clock clock = Clock.systemUTC();

	String instanceId = InstanceId.next();

	DispatcherBuilder(String busName) {
		this.busName = Objects.requireNonNull(busName, "name");
	}

	/**
	 * Copies what was set: what is set here afterwards does not change the copy.
	 * @return a new builder
	 */
	public DispatcherBuilder copy() {
		DispatcherBuilder copy = new DispatcherBuilder(this.busName);
		copy.executor = this.executor;
		copy.inlineHandlers = this.inlineHandlers;
		copy.slowHandlerThreshold = this.slowHandlerThreshold;
		copy.slowHandlerListener = this.slowHandlerListener;
		copy.subscriptionListener = this.subscriptionListener;
		copy.shutdownTimeout = this.shutdownTimeout;
		copy.clock = this.clock;
		copy.instanceId = this.instanceId;
		return copy;
	}

	/**
	 * The name of the bus.
	 * @return the name
	 */
	public String busName() {
		return this.busName;
	}

	/**
	 * Names the bus, for threads and logs.
	 * @param busName the name
	 * @return this
	 */
	public DispatcherBuilder busName(String busName) {
		this.busName = Objects.requireNonNull(busName, "name");
		return this;
	}

	/**
	 * Sets where handlers run; threads of the bus's own if never called. It must not
	 * bound the number of its threads, or slow handlers delay other subscriptions.
	 * @param executor the executor, or null for threads of the bus's own
	 * @return this
	 */
	public DispatcherBuilder executor(@Nullable Executor executor) {
		this.executor = executor;
		return this;
	}

	/**
	 * Sets whether the thread that reads may run handlers, as {@link LeaderFollowers}
	 * describes; true if never called. It never does where there is an executor.
	 * @param inlineHandlers false to have other threads run all handlers
	 * @return this
	 */
	public DispatcherBuilder inlineHandlers(boolean inlineHandlers) {
		this.inlineHandlers = inlineHandlers;
		return this;
	}

	/**
	 * Sets when a running handler counts as slow; 10 seconds if never called.
	 * @param threshold a positive time
	 * @return this
	 * @throws IllegalArgumentException if it is not positive
	 */
	public DispatcherBuilder slowHandlerThreshold(Duration threshold) {
		this.slowHandlerThreshold = Require.positive("slowHandlerThreshold", threshold);
		return this;
	}

	/**
	 * Sets what is called for slow handlers, which are logged as well.
	 * @param listener the listener
	 * @return this
	 */
	public DispatcherBuilder slowHandlerListener(SlowHandlerListener listener) {
		this.slowHandlerListener = Objects.requireNonNull(listener, "listener");
		return this;
	}

	/**
	 * Sets what is called when subscriptions are opened and closed.
	 * @param listener the listener
	 * @return this
	 */
	public DispatcherBuilder subscriptionListener(SubscriptionListener listener) {
		this.subscriptionListener = Objects.requireNonNull(listener, "listener");
		return this;
	}

	/**
	 * Sets how long closing waits for handlers; 10 seconds if never called.
	 * @param timeout a positive time
	 * @return this
	 * @throws IllegalArgumentException if it is not positive
	 */
	public DispatcherBuilder shutdownTimeout(Duration timeout) {
		this.shutdownTimeout = Require.positive("shutdownTimeout", timeout);
		return this;
	}

	/**
	 * How long closing waits for handlers.
	 * @return the time
	 */
	public Duration shutdownTimeout() {
		return this.shutdownTimeout;
	}

	/**
	 * Sets the clock for the times of gaps.
	 * @param clock the clock
	 * @return this
	 */
	public DispatcherBuilder clock(Clock clock) {
		this.clock = Objects.requireNonNull(clock, "clock");
		return this;
	}

	/**
	 * Sets what events are marked with that the bus itself has published; something new
	 * if never called.
	 * @param instanceId the bus's id
	 * @return this
	 */
	public DispatcherBuilder instanceId(String instanceId) {
		this.instanceId = Objects.requireNonNull(instanceId, "instanceId");
		return this;
	}

	/**
	 * The dispatcher.
	 * @return a new dispatcher
	 */
	public Dispatcher build() {
		return new Dispatcher(this);
	}

}
