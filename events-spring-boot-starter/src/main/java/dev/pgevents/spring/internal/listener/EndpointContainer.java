package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.payload.PayloadReading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Starts and stops the endpoints, and waits for them.
 *
 * @since 0.1
 */
public final class EndpointContainer implements DomainEventListenerContainer, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(EndpointContainer.class);

	private static final Duration STARTUP_LIMIT = Duration.ofSeconds(5);

	/** How many methods the log line of the start names. */
	private static final int SHOWN = 50;

	private final HandlerMethodReader reader;

	private final boolean autoStartup;

	private final Duration shutdownTimeout;

	private final ApplicationEventBridge bridge;

	private final Endpoints endpoints;

	private final BusLifecycle bus;

	/**
	 * A container without endpoints.
	 * @param subscriber where events come from
	 * @param beans the beans whose methods are called
	 * @param defaults for what annotations leave open
	 * @param autoStartup whether it starts with the context
	 * @param shutdownTimeout how long stopping waits for the events in hand
	 * @param bridge carries events to application listeners
	 * @param observer observes the calls of methods
	 * @param reading how payloads are read
	 * @param bus learns whether anything receives
	 */
	public EndpointContainer(Subscriber subscriber, ConfigurableListableBeanFactory beans, SubscriptionOptions defaults,
			boolean autoStartup, Duration shutdownTimeout, ApplicationEventBridge bridge, EventObserver observer,
			PayloadReading reading, BusLifecycle bus) {
		this.endpoints = new Endpoints(new ObservedSubscriber(new MockableSubscriber(subscriber), observer),
				Clock.systemUTC());
		this.bus = bus;
		this.reader = new HandlerMethodReader(beans, defaults, shutdownTimeout, observer, reading);
		this.autoStartup = autoStartup;
		this.shutdownTimeout = shutdownTimeout;
		this.bridge = bridge;
	}

	/** Adds the endpoints of an annotated method. */
	void add(String beanName, Class<?> type, Method method) {
		for (Endpoint endpoint : this.reader.read(beanName, type, method)) {
			if (this.endpoints.add(endpoint)) {
				this.endpoints.start(endpoint);
			}
		}
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
	}

	@Override
	public int getPhase() {
		return DEFAULT_PHASE; // above the web server's, which drains after this
	}

	@Override
	public boolean isRunning() {
		return this.endpoints.isRunning();
	}

	@Override
	public void start() {
		List<Endpoint> toStart = this.endpoints.beginRunning(this.bridge.endpoint());
		if (!toStart.isEmpty()) {
			logger.info("events reach {}", described(toStart));
		}
		this.bus.settle(this.endpoints);
		awaitReady(toStart.stream().map(this.endpoints::start).toList());
	}

	/** Says why a method is not called: it is not named. */
	private static String described(List<Endpoint> endpoints) {
		StringJoiner described = new StringJoiner(", ");
		for (Endpoint endpoint : endpoints.subList(0, Math.min(SHOWN, endpoints.size()))) {
			described.add(endpoint.id() + " (" + types(endpoint.filter()) + ")");
		}
		return described + ((endpoints.size() > SHOWN) ? ", ..." : "");
	}

	private static String types(SubscriptionFilter filter) {
		return filter.types().isEmpty() ? "all events" : String.join(", ", new TreeSet<>(filter.types()));
	}

	@Override
	public void start(String id) {
		Endpoint.Running started = this.endpoints.start(this.endpoints.get(id));
		this.bus.settle(this.endpoints);
		awaitReady(List.of(started));
	}

	@Override
	public void stop() {
		awaitEnd(close(this.endpoints.endRunning()));
		this.bus.settle(this.endpoints);
	}

	@Override
	public void stop(String id) {
		awaitEnd(close(this.endpoints.end(id)));
		this.bus.settle(this.endpoints);
	}

	private void awaitEnd(Closing closing) {
		if (!HandlerCall.isCurrent()) {
			closing.await();
		}
		this.endpoints.endKeepAlive();
	}

	/**
	 * The context is being stopped, and with it the bus's own connections, once all that
	 * publish have been. Returns at once, so that others of this phase stop meanwhile. A
	 * handler that closes the context is not waited for: it would wait for itself.
	 */
	@Override
	public void stop(Runnable callback) {
		boolean inHandler = HandlerCall.isCurrent();
		Closing closing = close(this.endpoints.endRunning());
		if (inHandler) {
			stopped(callback);
		}
		else {
			Closing.start(() -> {
				closing.await();
				stopped(callback);
			});
		}
	}

	private void stopped(Runnable callback) {
		try {
			this.endpoints.endKeepAlive();
		}
		finally {
			callback.run();
		}
	}

	private Closing close(Map<String, Endpoint.Running> ended) {
		return Closing.begin(ended, this.shutdownTimeout);
	}

	/**
	 * For contexts that destroy their beans without stopping them, as those of Spring
	 * before 7 do where the start fails late.
	 */
	@Override
	public void destroy() {
		awaitEnd(close(this.endpoints.endRunning()));
	}

	@Override
	public Set<String> ids() {
		return this.endpoints.ids();
	}

	@Override
	public Collection<Subscription> subscriptions() {
		return this.endpoints.subscriptions();
	}

	@Override
	public void pause(String id) {
		subscription(id).pause();
		logger.info("{} is paused, its events wait", id);
	}

	@Override
	public void resume(String id) {
		subscription(id).resume();
		logger.info("{} goes on", id);
	}

	@Override
	public boolean isPaused(String id) {
		if (!this.endpoints.isActive(id)) {
			return false;
		}
		Subscription subscription = this.endpoints.running(id).subscription();
		return subscription != null && subscription.isPaused();
	}

	private Subscription subscription(String id) {
		Subscription subscription = this.endpoints.running(id).subscription();
		if (subscription == null) {
			throw new IllegalArgumentException(
					"the method with the id " + id + " synchronizes and has no buffer: stop it instead");
		}
		return subscription;
	}

	@Override
	public void resync(String id) {
		if (!this.endpoints.running(id).resync()) {
			throw new IllegalArgumentException(
					"the method with the id " + id + " handles events: only a @SyncOnDomainEvent method can be run");
		}
	}

	@Override
	public boolean isRunning(String id) {
		return this.endpoints.isActive(id);
	}

	private void awaitReady(List<Endpoint.Running> started) {
		try {
			CompletableFuture.allOf(started.stream().map(Endpoint.Running::ready).toArray(CompletableFuture[]::new))
				.get(STARTUP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			logger.warn("not listening yet after {} s: the application starts all the same, and its handler methods "
					+ "receive events as soon as there is a connection", STARTUP_LIMIT.toSeconds());
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			logger.info("handler methods receive nothing: {}", cause.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
