package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.util.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions of a bus: hands each event to the buffers of those that want it.
 * Thread-safe; events that one thread dispatches keep their order.
 *
 * @since 0.1
 */
public final class Dispatcher implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Dispatcher.class);

	private final String busName;

	private final LeaderFollowers strategy;

	private final ExecutorService threads;

	private final HandlerWatch handlers;

	private final SubscriptionListener subscriptionListener;

	private final Duration shutdownTimeout;

	private final BusContext context;

	private final SubscriptionIndex index = new SubscriptionIndex();

	private final Set<AbstractSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	/** Those that get only what is offered to them. */
	private final Set<AbstractSubscription> attached = ConcurrentHashMap.newKeySet();

	private final AtomicInteger names = new AtomicInteger();

	private volatile boolean closed;

	Dispatcher(DispatcherBuilder builder) {
		this.busName = builder.busName;
		Executor given = builder.executor;
		this.threads = Executors.newCachedThreadPool(new BusThreadFactory(this.busName + "-worker"));
		this.strategy = new LeaderFollowers(this.busName, (given != null) ? given : this.threads, this.threads,
				builder.inlineHandlers && given == null);
		this.subscriptionListener = builder.subscriptionListener;
		this.shutdownTimeout = builder.shutdownTimeout;
		this.handlers = new HandlerWatch(this.busName, builder.slowHandlerThreshold, builder.slowHandlerListener);
		this.context = new BusContext(this.busName, this::runStages, builder.clock, builder.instanceId, this.handlers);
	}

	/**
	 * Starts from the defaults.
	 * @param busName the name of the bus, for threads and logs
	 * @return a builder
	 */
	public static DispatcherBuilder builder(String busName) {
		return new DispatcherBuilder(busName);
	}

	/**
	 * Adds a subscription with a handler.
	 * @param filter which events
	 * @param options how to buffer and call
	 * @param handler called for each event
	 * @param onClose called once when the subscription is closed
	 * @return the subscription, not live yet
	 * @throws IllegalStateException if closed
	 */
	public BusSubscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler,
			Consumer<BusSubscription> onClose) {
		Objects.requireNonNull(handler, "handler");
		HandlerSubscription subscription = new HandlerSubscription(name(options), filter, options, handler,
				this.strategy, this.shutdownTimeout, forget(onClose), this::finished, this.context);
		this.handlers.add(subscription);
		return add(subscription);
	}

	/**
	 * Adds a subscription with a handler that gets no events but those that are
	 * {@linkplain #offer offered} to it, one at a time of each app or else in no order.
	 * Its buffer has room for them all.
	 * @param filter which events, for those who ask
	 * @param options how to call
	 * @param handler called for each event
	 * @param onClose called once when the subscription is closed
	 * @return the subscription, which takes in what is offered, but is not ready yet
	 * @throws IllegalStateException if closed
	 */
	public BusSubscription attach(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler,
			Consumer<BusSubscription> onClose) {
		Objects.requireNonNull(handler, "handler");
		SubscriptionOptions unbounded = SubscriptionOptions.builder()
			.concurrency(options.concurrency())
			.errorHandler(options.errorHandler())
			.bufferSize(Integer.MAX_VALUE)
			.build();
		HandlerSubscription subscription = new HandlerSubscription(name(options), filter, unbounded, handler,
				this.strategy, this.shutdownTimeout, forget(onClose), this::finished, this.context);
		this.handlers.add(subscription);
		subscription.takeIn();
		this.attached.add(subscription);
		return add(subscription, false);
	}

	/**
	 * Offers an event to an attached subscription.
	 * @param subscription was attached here
	 * @param event the event
	 */
	public void offer(BusSubscription subscription, Event event) {
		if (subscription instanceof AbstractSubscription attached) {
			attached.offer(event);
		}
	}

	/**
	 * Adds a stream.
	 * @param filter which events
	 * @param options how to buffer
	 * @param onClose called once when the stream is closed
	 * @return the stream, not live yet
	 * @throws IllegalStateException if closed
	 */
	public BusEventStream open(SubscriptionFilter filter, SubscriptionOptions options,
			Consumer<BusSubscription> onClose) {
		return add(new BufferedEventStream(name(options), filter, options, forget(onClose), this.context));
	}

	/**
	 * Whether there may be a subscription to {@link #dispatch} to.
	 * @return whether a subscription is open that was not attached
	 */
	public boolean hasListeners() {
		return !this.attached.containsAll(this.subscriptions);
	}

	/**
	 * Puts an event into the buffers of all live subscriptions that want it. Does not
	 * block.
	 * @param event the event
	 */
	public void dispatch(Event event) {
		logDispatch(event);
		this.index.each(event, AbstractSubscription::offer);
	}

	/**
	 * Begins a batch: its events are put into buffers before handlers are started.
	 * @return an empty batch
	 */
	public DispatchBatch batch() {
		return new DispatchBatch(this, this.index);
	}

	void logDispatch(Event event) {
		if (!logger.isDebugEnabled()) {
			return;
		}
		Map<Boolean, List<String>> names = this.subscriptions.stream()
			.collect(Collectors.partitioningBy(
					(subscription) -> subscription.isLive() && subscription.filter().matches(event),
					Collectors.mapping(Subscription::name, Collectors.toList())));
		logger.debug("{}: {} received, for subscriptions {}, not for {}", this.busName, event, names.get(true),
				names.get(false));
	}

	/**
	 * Closes some subscriptions and waits for the events in hand, together up to the
	 * shutdown timeout. Called from a handler, it waits for none.
	 * @param closing subscriptions of this dispatcher
	 */
	public void close(Collection<? extends BusSubscription> closing) {
		long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(this.shutdownTimeout);
		for (BusSubscription each : closing) {
			if (each instanceof HandlerSubscription handler) {
				handler.stop();
			}
		}
		if (isInHandler()) {
			return;
		}
		for (BusSubscription each : closing) {
			if (each instanceof HandlerSubscription handler) {
				handler.awaitFinish(deadline);
			}
		}
	}

	/**
	 * The name of the bus, with which log lines begin.
	 * @return the name
	 */
	public String busName() {
		return this.busName;
	}

	/**
	 * Which threads do the handlers' work, and which one leads: reads for all.
	 * @return the strategy of this dispatcher
	 */
	public LeaderFollowers strategy() {
		return this.strategy;
	}

	/**
	 * The bus's own threads, for other work of the bus: as many as are needed, and gone
	 * with the dispatcher.
	 * @return an executor that does not bound its threads
	 */
	public Executor threads() {
		return this.threads;
	}

	/**
	 * The subscriptions that are open.
	 * @return a live, unmodifiable view
	 */
	public Collection<BusSubscription> subscriptions() {
		return Collections.unmodifiableCollection(this.subscriptions);
	}

	/**
	 * Whether the calling thread is inside a handler, where nothing may wait for
	 * handlers.
	 * @return whether a handler is running on this thread
	 */
	public static boolean isInHandler() {
		return Worker.isCurrent();
	}

	/**
	 * Closes all subscriptions and waits for the events in hand, together up to the
	 * shutdown timeout; then interrupts handlers that still run. Called from a handler,
	 * it waits for none and interrupts none.
	 */
	@Override
	public void close() {
		this.closed = true;
		long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(this.shutdownTimeout);
		// All are stopped before one is waited for: that one may take all the time there
		// is.
		for (AbstractSubscription subscription : this.subscriptions) {
			stop(subscription);
		}
		if (isInHandler()) {
			this.threads.shutdown();
		}
		else {
			this.handlers.awaitFinish(deadline);
			this.handlers.interrupt();
			this.threads.shutdownNow();
		}
		this.handlers.close();
	}

	private static void stop(AbstractSubscription subscription) {
		if (subscription instanceof HandlerSubscription handler) {
			handler.stop();
		}
		else {
			subscription.close();
		}
	}

	private <T extends AbstractSubscription> T add(T subscription) {
		return add(subscription, true);
	}

	private <T extends AbstractSubscription> T add(T subscription, boolean indexed) {
		inform(this.subscriptionListener::onOpened, subscription);
		if (indexed) {
			this.index.add(subscription);
		}
		this.subscriptions.add(subscription);
		if (this.closed) {
			subscription.close();
			throw new IllegalStateException("event bus " + this.busName + " is closed: no subscriptions any more");
		}
		if (subscription.isClosed()) {
			// By the subscription listener, before it was entered everywhere.
			remove(subscription);
		}
		return subscription;
	}

	private void remove(AbstractSubscription subscription) {
		this.index.remove(subscription);
		this.subscriptions.remove(subscription);
		this.attached.remove(subscription);
	}

	private Consumer<BusSubscription> forget(Consumer<BusSubscription> onClose) {
		return (closing) -> {
			if (closing instanceof AbstractSubscription subscription) {
				remove(subscription);
			}
			inform(this.subscriptionListener::onClosed, closing);
			if (!(closing instanceof HandlerSubscription)) {
				inform(this.subscriptionListener::onFinished, closing);
			}
			onClose.accept(closing);
		};
	}

	private void finished(HandlerSubscription subscription) {
		this.handlers.remove(subscription);
		inform(this.subscriptionListener::onFinished, subscription);
	}

	private void inform(Consumer<Subscription> listener, Subscription subscription) {
		try {
			listener.accept(subscription);
		}
		catch (Throwable ex) {
			logger.error("{}: subscription listener failed", this.busName, ex);
		}
	}

	private String name(SubscriptionOptions options) {
		String given = options.name();
		return (given != null) ? given : this.busName + "-" + this.names.incrementAndGet();
	}

	/** Runs what may take any time and must not keep the calling thread. */
	private void runStages(Runnable stages) {
		Threads.executeOrRun(this.threads, stages);
	}

}
