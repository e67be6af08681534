package dev.pgevents.spring.listener;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Starts and stops the endpoints. One lock guards what there is and what runs; nothing is
 * waited for while it is held.
 *
 * @since 0.1
 */
public final class EndpointContainer implements DomainEventListenerContainer, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(EndpointContainer.class);

	private static final Duration STARTUP_LIMIT = Duration.ofSeconds(5);

	private final Subscriber subscriber;

	private final HandlerMethodReader reader;

	private final boolean autoStartup;

	private final Duration shutdownTimeout;

	private final ApplicationEventBridge bridge;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();

	private final Map<String, Endpoint.Running> active = new LinkedHashMap<>();

	private @Nullable KeepAlive keepAlive;

	private boolean running;

	/**
	 * A container without endpoints.
	 * @param subscriber where events come from
	 * @param beans the beans whose methods are called
	 * @param defaults for what annotations leave open
	 * @param autoStartup whether it starts with the context
	 * @param shutdownTimeout how long stopping waits for the events in hand
	 * @param bridge carries events to application listeners
	 */
	public EndpointContainer(Subscriber subscriber, ConfigurableListableBeanFactory beans, SubscriptionOptions defaults,
			boolean autoStartup, Duration shutdownTimeout, ApplicationEventBridge bridge) {
		this.subscriber = new MockableSubscriber(subscriber);
		this.reader = new HandlerMethodReader(beans, defaults, shutdownTimeout);
		this.autoStartup = autoStartup;
		this.shutdownTimeout = shutdownTimeout;
		this.bridge = bridge;
	}

	/** Adds the endpoints of an annotated method. */
	void add(String beanName, Class<?> type, Method method) {
		for (Endpoint endpoint : this.reader.read(beanName, type, method)) {
			boolean startNow = locked(() -> {
				if (this.endpoints.putIfAbsent(endpoint.id(), endpoint) != null) {
					throw new EventsConfigurationException(
							"Two @OnDomainEvent annotations have the id \"" + endpoint.id() + "\"",
							"Give each an id of its own, or none.");
				}
				return this.running && endpoint.autoStartup();
			});
			if (startNow) {
				start(endpoint);
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
		return locked(() -> this.running);
	}

	@Override
	public void start() {
		Endpoint bridgeEndpoint = this.bridge.endpoint();
		List<Endpoint> toStart = locked(() -> {
			if (this.running) {
				return List.of();
			}
			this.running = true;
			if (bridgeEndpoint != null) {
				this.endpoints.put(bridgeEndpoint.id(), bridgeEndpoint);
			}
			return this.endpoints.values().stream().filter(Endpoint::autoStartup).toList();
		});
		awaitReady(toStart.stream().map(this::start).toList());
	}

	@Override
	public void start(String id) {
		awaitReady(List.of(start(endpoint(id))));
	}

	@Override
	public void stop() {
		Closing closing = beginStop();
		if (!HandlerCall.isCurrent()) {
			closing.await();
		}
		endKeepAlive();
	}

	@Override
	public void stop(String id) {
		String known = endpoint(id).id();
		Endpoint.Running endpoint = locked(() -> this.active.remove(known));
		Closing closing = Closing.begin((endpoint != null) ? Map.of(known, endpoint) : Map.of(), this.shutdownTimeout);
		if (!HandlerCall.isCurrent()) {
			closing.await();
		}
		endKeepAlive();
	}

	/**
	 * Returns at once, so that others of this phase stop meanwhile. A handler that closes
	 * the context is not waited for: it would wait for itself.
	 */
	@Override
	public void stop(Runnable callback) {
		boolean inHandler = HandlerCall.isCurrent();
		Closing closing = beginStop();
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
			endKeepAlive();
		}
		finally {
			callback.run();
		}
	}

	private Closing beginStop() {
		Map<String, Endpoint.Running> toClose = locked(() -> {
			this.running = false;
			Map<String, Endpoint.Running> all = new LinkedHashMap<>(this.active);
			this.active.clear();
			return all;
		});
		return Closing.begin(toClose, this.shutdownTimeout);
	}

	private void endKeepAlive() {
		locked(() -> {
			if (this.keepAlive != null && this.active.isEmpty()) {
				this.keepAlive.stop();
				this.keepAlive = null;
			}
			return null;
		});
	}

	/**
	 * For contexts that destroy their beans without stopping them, as those of Spring
	 * before 7 do where the start fails late.
	 */
	@Override
	public void destroy() {
		stop();
	}

	@Override
	public Set<String> ids() {
		return locked(() -> Set.copyOf(this.endpoints.keySet()));
	}

	@Override
	public Collection<Subscription> subscriptions() {
		return locked(() -> this.active.values()
			.stream()
			.map(Endpoint.Running::subscription)
			.filter(Objects::nonNull)
			.toList());
	}

	@Override
	public boolean isRunning(String id) {
		String known = endpoint(id).id();
		return locked(() -> this.active.containsKey(known));
	}

	private Endpoint endpoint(String id) {
		return locked(() -> {
			Endpoint endpoint = this.endpoints.get(id);
			if (endpoint == null) {
				throw new IllegalArgumentException(
						"there is no handler method with the id " + id + ", there are " + this.endpoints.keySet());
			}
			return endpoint;
		});
	}

	/** Starts an endpoint that is not running; subscribing waits for nothing. */
	private Endpoint.Running start(Endpoint endpoint) {
		return locked(() -> {
			Endpoint.Running started = this.active.computeIfAbsent(endpoint.id(),
					(id) -> endpoint.start(this.subscriber));
			if (this.keepAlive == null) {
				this.keepAlive = KeepAlive.start();
			}
			return started;
		});
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

	private <T extends @Nullable Object> T locked(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

}
