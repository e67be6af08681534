package dev.pgevents.spring.internal.listener;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints there are and those that run, of which some keep the JVM alive. One lock
 * guards them; nothing is waited for while it is held. Thread-safe.
 */
final class Endpoints implements BusLifecycle.Container {

	private final Subscriber subscriber;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();

	private final Map<String, Endpoint.Running> active = new LinkedHashMap<>();

	/** Those that run while the container does. */
	private final Set<String> wanted = new LinkedHashSet<>();

	/** Since when those that were stopped have received nothing. */
	private final Map<String, Instant> awaySince = new HashMap<>();

	private final Clock clock;

	private @Nullable KeepAlive keepAlive;

	private boolean running;

	/** None so far. */
	Endpoints(Subscriber subscriber, Clock clock) {
		this.subscriber = subscriber;
		this.clock = clock;
	}

	/** Adds an endpoint; whether it is to be started now. */
	boolean add(Endpoint endpoint) {
		return locked(() -> {
			if (this.endpoints.putIfAbsent(endpoint.id(), endpoint) != null) {
				throw new EventsConfigurationException(
						"Two @OnDomainEvent annotations have the id \"" + endpoint.id() + "\"",
						"Give each an id of its own, or none.");
			}
			if (endpoint.autoStartup()) {
				this.wanted.add(endpoint.id());
			}
			return this.running && endpoint.autoStartup();
		});
	}

	/**
	 * Those that are to be started: none where they have been. All that ran when the
	 * container was stopped, and in the beginning those that start with it.
	 */
	List<Endpoint> beginRunning(@Nullable Endpoint bridge) {
		return locked(() -> {
			if (this.running) {
				return List.of();
			}
			this.running = true;
			if (bridge != null) {
				if (this.endpoints.put(bridge.id(), bridge) == null) {
					this.wanted.add(bridge.id());
				}
			}
			return this.endpoints.values().stream().filter((endpoint) -> this.wanted.contains(endpoint.id())).toList();
		});
	}

	/** Those that are to be closed. */
	Map<String, Endpoint.Running> endRunning() {
		return locked(() -> {
			this.running = false;
			Map<String, Endpoint.Running> all = new LinkedHashMap<>(this.active);
			all.forEach(this::stopped);
			this.active.clear();
			return all;
		});
	}

	/** The one that is to be closed, if it runs. It stays stopped. */
	Map<String, Endpoint.Running> end(String id) {
		return locked(() -> {
			Endpoint.Running ended = this.active.remove(get(id).id());
			this.wanted.remove(id);
			if (ended == null) {
				return Map.of();
			}
			stopped(id, ended);
			return Map.of(id, ended);
		});
	}

	/** The lock is held. One that has not begun to receive is away for longer. */
	private void stopped(String id, Endpoint.Running ended) {
		CompletableFuture<Void> ready = ended.ready();
		if (ready.isDone() && !ready.isCompletedExceptionally()) {
			this.awaySince.put(id, this.clock.instant());
		}
		else {
			this.awaySince.putIfAbsent(id, this.clock.instant());
		}
	}

	/** Starts an endpoint that is not running; subscribing waits for nothing. */
	Endpoint.Running start(Endpoint endpoint) {
		return locked(() -> {
			this.wanted.add(endpoint.id());
			Endpoint.Running started = this.active.computeIfAbsent(endpoint.id(),
					(id) -> endpoint.start(this.subscriber, this.awaySince.get(id)));
			if (this.keepAlive == null) {
				this.keepAlive = KeepAlive.start();
			}
			return started;
		});
	}

	/** Lets the JVM end, if nothing runs. */
	void endKeepAlive() {
		locked(() -> {
			if (this.keepAlive != null && this.active.isEmpty()) {
				this.keepAlive.stop();
				this.keepAlive = null;
			}
			return null;
		});
	}

	Endpoint get(String id) {
		return locked(() -> {
			Endpoint endpoint = this.endpoints.get(id);
			if (endpoint == null) {
				throw new IllegalArgumentException(
						"there is no handler method with the id " + id + ", there are " + this.endpoints.keySet());
			}
			return endpoint;
		});
	}

	/** The one that runs. */
	Endpoint.Running running(String id) {
		return locked(() -> {
			Endpoint.Running running = this.active.get(get(id).id());
			if (running == null) {
				throw new IllegalStateException("the method with the id " + id + " is not running: start it first");
			}
			return running;
		});
	}

	@Override
	public boolean receives() {
		return locked(() -> this.running || !this.active.isEmpty());
	}

	boolean isRunning() {
		return locked(() -> this.running);
	}

	boolean isActive(String id) {
		return locked(() -> this.active.containsKey(get(id).id()));
	}

	Set<String> ids() {
		return locked(() -> Set.copyOf(this.endpoints.keySet()));
	}

	Collection<Subscription> subscriptions() {
		return locked(() -> this.active.values()
			.stream()
			.map(Endpoint.Running::subscription)
			.filter(Objects::nonNull)
			.toList());
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
