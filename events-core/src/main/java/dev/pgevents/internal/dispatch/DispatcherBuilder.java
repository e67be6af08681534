package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;

import dev.pgevents.SlowHandlerListener;
import dev.pgevents.SubscriptionListener;
import org.jspecify.annotations.Nullable;

/**
 * Builds a dispatcher: what a bus can set, with the defaults. Not thread-safe.
 *
 * @since 0.1
 */
public final class DispatcherBuilder {

	final String busName;

	@Nullable Executor executor;

	boolean inlineHandlers = true;

	Duration slowHandlerThreshold = Duration.ofSeconds(10);

	SlowHandlerListener slowHandlerListener = (subscription, delivery, runningFor) -> {
	};

	SubscriptionListener subscriptionListener = SubscriptionListener.NONE;

	Duration shutdownTimeout = Duration.ofSeconds(10);

	Clock clock = Clock.systemUTC();

	String instanceId = InstanceId.next();

	DispatcherBuilder(String busName) {
		this.busName = Objects.requireNonNull(busName, "busName");
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
	 */
	public DispatcherBuilder slowHandlerThreshold(Duration threshold) {
		this.slowHandlerThreshold = threshold;
		return this;
	}

	/**
	 * Sets who is told of slow handlers, besides the log.
	 * @param listener the listener
	 * @return this
	 */
	public DispatcherBuilder slowHandlerListener(SlowHandlerListener listener) {
		this.slowHandlerListener = Objects.requireNonNull(listener, "listener");
		return this;
	}

	/**
	 * Sets who is told of subscriptions.
	 * @param listener the listener
	 * @return this
	 */
	public DispatcherBuilder subscriptionListener(SubscriptionListener listener) {
		this.subscriptionListener = Objects.requireNonNull(listener, "listener");
		return this;
	}

	/**
	 * Sets how long closing waits for handlers; 10 seconds if never called.
	 * @param timeout the time
	 * @return this
	 */
	public DispatcherBuilder shutdownTimeout(Duration timeout) {
		this.shutdownTimeout = Objects.requireNonNull(timeout, "timeout");
		return this;
	}

	/**
	 * Sets what tells the time of gaps.
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
