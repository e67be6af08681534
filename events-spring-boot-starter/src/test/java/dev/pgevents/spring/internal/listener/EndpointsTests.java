package dev.pgevents.spring.internal.listener;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.test.OwnThread;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class EndpointsTests {

	private static final int LIMIT = 20;

	private final InMemoryEventBus bus = InMemoryEventBus.create();

	private final Endpoints endpoints = new Endpoints(this.bus, Clock.systemUTC());

	private final AtomicInteger starts = new AtomicInteger();

	private final List<Endpoint.Running> closed = new ArrayList<>();

	@AfterEach
	void close() {
		this.endpoints.endRunning();
		this.endpoints.endKeepAlive();
		this.bus.close();
	}

	@Test
	void holdNobodyUpWhileOneIsStarted() {
		Endpoint endpoint = endpoint(() -> assertThat(elsewhere(this.endpoints::ids)).containsExactly("one"));
		this.endpoints.start(endpoint);
		assertThat(this.endpoints.isActive("one")).isTrue();
	}

	@Test
	void startOneOnceWhereTwoThreadsDo() {
		List<CompletableFuture<Endpoint.Running>> other = new ArrayList<>();
		Endpoint endpoint = endpoint(() -> {
			if (other.isEmpty()) {
				other.add(CompletableFuture.supplyAsync(() -> this.endpoints.start(this.endpoints.get("one")),
						OwnThread.EACH));
			}
		});
		Endpoint.Running started = this.endpoints.start(endpoint);
		assertThat(other.get(0).orTimeout(LIMIT, TimeUnit.SECONDS).join()).isSameAs(started);
		assertThat(this.starts).hasValue(1);
	}

	@Test
	void closeOneThatIsStoppedWhileItIsBeingStarted() {
		Endpoint endpoint = endpoint(() -> assertThat(elsewhere(() -> this.endpoints.end("one"))).isEmpty());
		Endpoint.Running started = this.endpoints.start(endpoint);
		assertThat(this.closed).containsExactly(started);
		assertThat(this.endpoints.isActive("one")).isFalse();
	}

	@Test
	void closeAllThatAreBeingStartedWhenAllAreStopped() {
		Endpoint endpoint = endpoint(() -> assertThat(elsewhere(this.endpoints::endRunning)).isEmpty());
		Endpoint.Running started = this.endpoints.start(endpoint);
		assertThat(this.closed).containsExactly(started);
	}

	@Test
	void startOneAgainThatHasFailed() {
		Endpoint endpoint = endpoint(() -> {
			if (this.starts.get() == 1) {
				throw new IllegalStateException("deliberate");
			}
		});
		assertThatIllegalStateException().isThrownBy(() -> this.endpoints.start(endpoint)).withMessage("deliberate");
		assertThat(this.endpoints.isActive("one")).isFalse();
		this.endpoints.start(endpoint);
		assertThat(this.endpoints.isActive("one")).isTrue();
	}

	private static <T> T elsewhere(Supplier<T> action) {
		return CompletableFuture.supplyAsync(action, OwnThread.EACH).orTimeout(LIMIT, TimeUnit.SECONDS).join();
	}

	private Endpoint endpoint(Runnable onStart) {
		Endpoint endpoint = new Endpoint() {

			@Override
			public String id() {
				return "one";
			}

			@Override
			public SubscriptionFilter filter() {
				return SubscriptionFilter.all();
			}

			@Override
			public boolean autoStartup() {
				return true;
			}

			@Override
			public Running start(Subscriber subscriber, @Nullable Instant awaySince) {
				EndpointsTests.this.starts.incrementAndGet();
				onStart.run();
				return new Stub();
			}

		};
		this.endpoints.add(endpoint);
		return endpoint;
	}

	private final class Stub implements Endpoint.Running {

		@Override
		public @Nullable Subscription subscription() {
			return null;
		}

		@Override
		public CompletableFuture<Void> ready() {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public void close() {
			EndpointsTests.this.closed.add(this);
		}

	}

}
