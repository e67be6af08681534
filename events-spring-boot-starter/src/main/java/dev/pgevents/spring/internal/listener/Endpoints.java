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

import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints there are and those that run, of which some keep the JVM alive. Its
 * monitor guards them; no endpoint is started or closed while it is held, and nothing
 * waits. Thread-safe.
 */
final class Endpoints implements BusLifecycle.Container {

	private final Subscriber subscriber;

	private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();

	private final Map<String, Endpoint.Running> active = new LinkedHashMap<>();

	/** Those that are being started; one that is stopped meanwhile is removed. */
	private final Map<String, CompletableFuture<Endpoint.Running>> starting = new HashMap<>();

	/** Those that run while the container does. */
	private final Set<String> wanted = new LinkedHashSet<>();

	/** Since when those that were stopped have received nothing. */
	private final Map<String, Instant> awaySince = new HashMap<>();

	private final Clock clock;

	private @Nullable KeepAlive keepAlive;

	private boolean running;

	Endpoints(Subscriber subscriber, Clock clock) {
		this.subscriber = subscriber;
		this.clock = clock;
	}

	/** Adds an endpoint; whether it is to be started now. */
	synchronized boolean add(Endpoint endpoint) {
		if (this.endpoints.putIfAbsent(endpoint.id(), endpoint) != null) {
			throw new EventsConfigurationException(
					"Two @OnDomainEvent annotations have the id \"" + endpoint.id() + "\"",
					"Give each an id of its own, or none.");
		}
		if (endpoint.autoStartup()) {
			this.wanted.add(endpoint.id());
		}
		return this.running && endpoint.autoStartup();
	}

	/**
	 * Those that are to be started: none where they have been. All that ran when the
	 * container was stopped, and in the beginning those that start with it.
	 */
	synchronized List<Endpoint> beginRunning(@Nullable Endpoint bridge) {
		if (this.running) {
			return List.of();
		}
		this.running = true;
		if (bridge != null && this.endpoints.put(bridge.id(), bridge) == null) {
			this.wanted.add(bridge.id());
		}
		return this.endpoints.values().stream().filter((endpoint) -> this.wanted.contains(endpoint.id())).toList();
	}

	/** Those that are to be closed. */
	Map<String, Endpoint.Running> endRunning() {
		Map<String, Endpoint.Running> ended = takeAll();
		ended.forEach(this::stopped);
		return ended;
	}

	private synchronized Map<String, Endpoint.Running> takeAll() {
		this.running = false;
		Map<String, Endpoint.Running> all = new LinkedHashMap<>(this.active);
		this.active.clear();
		this.starting.keySet().forEach((id) -> this.awaySince.putIfAbsent(id, this.clock.instant()));
		this.starting.clear();
		return all;
	}

	/** The one that is to be closed, if it runs. It stays stopped. */
	Map<String, Endpoint.Running> end(String id) {
		Map<String, Endpoint.Running> ended = take(id);
		ended.forEach(this::stopped);
		return ended;
	}

	private synchronized Map<String, Endpoint.Running> take(String id) {
		Endpoint.Running taken = this.active.remove(get(id).id());
		this.wanted.remove(id);
		if (this.starting.remove(id) != null) {
			this.awaySince.putIfAbsent(id, this.clock.instant());
		}
		return (taken != null) ? Map.of(id, taken) : Map.of();
	}

	/** One that has not begun to receive is away for longer. */
	private void stopped(String id, Endpoint.Running ended) {
		CompletableFuture<Void> ready = ended.ready();
		boolean received = ready.isDone() && !ready.isCompletedExceptionally();
		away(id, received);
	}

	private synchronized void away(String id, boolean received) {
		if (received) {
			this.awaySince.put(id, this.clock.instant());
		}
		else {
			this.awaySince.putIfAbsent(id, this.clock.instant());
		}
	}

	/**
	 * Starts an endpoint that is not running. Where another thread is starting it, waits
	 * for that. One that is stopped meanwhile is closed as soon as it has started.
	 */
	Endpoint.Running start(Endpoint endpoint) {
		CompletableFuture<Endpoint.Running> own = new CompletableFuture<>();
		CompletableFuture<Endpoint.Running> other = begin(endpoint.id(), own);
		if (other != null) {
			return other.join();
		}
		try {
			Endpoint.Running started = endpoint.start(this.subscriber, awaySince(endpoint.id()));
			boolean stopped = !enter(endpoint.id(), own, started);
			own.complete(started);
			if (stopped) {
				started.close();
			}
			return started;
		}
		catch (RuntimeException | Error ex) {
			failed(endpoint.id(), own);
			own.completeExceptionally(ex);
			throw ex;
		}
	}

	/** The start that is under way or over; null if it is to be made. */
	private synchronized @Nullable CompletableFuture<Endpoint.Running> begin(String id,
			CompletableFuture<Endpoint.Running> own) {
		this.wanted.add(id);
		Endpoint.Running running = this.active.get(id);
		return (running != null) ? CompletableFuture.completedFuture(running) : this.starting.putIfAbsent(id, own);
	}

	private synchronized @Nullable Instant awaySince(String id) {
		return this.awaySince.get(id);
	}

	private synchronized void failed(String id, CompletableFuture<Endpoint.Running> own) {
		this.starting.remove(id, own);
	}

	/** False if it was stopped while it was being started. */
	private synchronized boolean enter(String id, CompletableFuture<Endpoint.Running> own, Endpoint.Running started) {
		boolean entered = this.starting.remove(id, own);
		if (entered) {
			this.active.put(id, started);
			if (this.keepAlive == null) {
				this.keepAlive = KeepAlive.start();
			}
		}
		return entered;
	}

	/** Lets the JVM end, if nothing runs. */
	synchronized void endKeepAlive() {
		if (this.keepAlive != null && this.active.isEmpty()) {
			this.keepAlive.stop();
			this.keepAlive = null;
		}
	}

	synchronized Endpoint get(String id) {
		Endpoint endpoint = this.endpoints.get(id);
		if (endpoint == null) {
			throw new IllegalArgumentException(
					"there is no handler method with the id " + id + ", there are " + this.endpoints.keySet());
		}
		return endpoint;
	}

	/** The one that runs. */
	synchronized Endpoint.Running running(String id) {
		Endpoint.Running active = this.active.get(get(id).id());
		if (active == null) {
			throw new IllegalStateException("the method with the id " + id + " is not running: start it first");
		}
		return active;
	}

	@Override
	public synchronized boolean receives() {
		return this.running || !this.active.isEmpty() || !this.starting.isEmpty();
	}

	synchronized boolean isRunning() {
		return this.running;
	}

	synchronized boolean isActive(String id) {
		return this.active.containsKey(get(id).id());
	}

	synchronized Set<String> ids() {
		return Set.copyOf(this.endpoints.keySet());
	}

	synchronized Collection<Subscription> subscriptions() {
		return this.active.values().stream().map(Endpoint.Running::subscription).filter(Objects::nonNull).toList();
	}

}
