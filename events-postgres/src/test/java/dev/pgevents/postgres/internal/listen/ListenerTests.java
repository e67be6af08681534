package dev.pgevents.postgres.internal.listen;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import dev.pgevents.Backoff;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.util.ManualTicker;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.Sessions;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How a listener waits between attempts, with time of the test's own.
 */
class ListenerTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final ManualTicker ticker = new ManualTicker();

	private final RecordingObserver observer = new RecordingObserver();

	private final Dispatcher dispatcher = Dispatcher.builder("events").build();

	private final AtomicInteger attempts = new AtomicInteger();

	private final AtomicReference<Runnable> onClose = new AtomicReference<>(() -> {
	});

	@AfterEach
	void close() {
		this.dispatcher.close();
	}

	@Test
	void waitsLongerAfterEachFailureUpToALimit() {
		try (Listener listener = listener(Unreachable::new)) {
			listener.start();
			assertThat(this.ticker.passWait()).isBetween(Duration.ofMillis(80), Duration.ofMillis(100));
			assertThat(this.ticker.passWait()).isBetween(Duration.ofMillis(160), Duration.ofMillis(200));
			for (int i = 0; i < 10; i++) {
				this.ticker.passWait();
			}
			assertThat(this.ticker.passWait()).isBetween(Duration.ofSeconds(24), Duration.ofSeconds(30));
			assertThat(this.attempts).hasValueGreaterThanOrEqualTo(13);
			assertThat(this.observer.seen).contains("lost: attempt 1", "lost: attempt 13");
		}
	}

	@Test
	void triesAtOnceWhereTheDatabaseIsKnownToAnswer() {
		try (Listener listener = listener(Unreachable::new)) {
			listener.start();
			this.ticker.awaitWait();
			listener.retryNow();
			await().atMost(LIMIT).until(() -> this.attempts.get() == 2);
		}
	}

	@Test
	void stopsWhileItWaitsAndBeginsAnewWhenItIsStarted() {
		try (Listener listener = listener(Unreachable::new)) {
			listener.start();
			this.ticker.passWait();
			this.ticker.passWait();
			this.ticker.awaitWait();
			listener.stop(LIMIT);
			assertThat(this.attempts).hasValue(3);
			listener.start();
			assertThat(this.ticker.awaitWait()).isLessThanOrEqualTo(Duration.ofMillis(100));
		}
	}

	@Test
	void holdsNobodyUpWhileSessionsAreClosed() {
		Listener listener = listener(Unreachable::new);
		listener.start();
		this.ticker.awaitWait();
		this.onClose.set(() -> elsewhere(() -> listener.stop(Duration.ZERO)));
		listener.close();
		assertThat(this.onClose).hasValue(null);
	}

	@Test
	void holdsNobodyUpWhileSessionsAreMade() {
		AtomicReference<Listener> made = new AtomicReference<>();
		AtomicReference<Runnable> once = new AtomicReference<>();
		try (Listener listener = listener(() -> {
			Runnable action = once.getAndSet(null);
			if (action != null) {
				action.run();
			}
			return new Unreachable();
		})) {
			made.set(listener);
			once.set(() -> elsewhere(() -> made.get().stop(Duration.ZERO)));
			listener.start();
			this.ticker.awaitWait();
		}
	}

	private static void elsewhere(Runnable action) {
		CompletableFuture.runAsync(action, OwnThread.EACH).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
	}

	private Listener listener(Supplier<Sessions> sessions) {
		NotificationRouter router = new NotificationRouter(
				new NotificationDecoder(new JacksonPayloadCodec(), Clock.systemUTC(), null), this.dispatcher,
				this.observer, null);
		return new Listener("events", sessions, router, this.observer, new NoProofs(),
				new Listener.Timing(new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(30)), LIMIT, LIMIT, false,
						Clock.systemUTC(), this.ticker),
				this.dispatcher.strategy());
	}

	private final class Unreachable implements Sessions {

		@Override
		public Session open() throws SQLException {
			throw new SQLException("attempt " + ListenerTests.this.attempts.incrementAndGet());
		}

		@Override
		public void close() {
			Runnable action = ListenerTests.this.onClose.getAndSet(null);
			if (action != null) {
				action.run();
			}
		}

	}

	private static final class NoProofs implements ProofSender {

		@Override
		public CompletableFuture<Void> send(String channel, String text) {
			throw new IllegalStateException("there is no session");
		}

		@Override
		public int serverProcess() {
			return 0;
		}

	}

}
