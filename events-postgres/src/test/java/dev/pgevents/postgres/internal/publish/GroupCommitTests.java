package dev.pgevents.postgres.internal.publish;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import dev.pgevents.Backoff;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.internal.dispatch.BusThreadFactory;
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What callers, and what they hang on their futures, can do to each other: nothing.
 */
class GroupCommitTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	private static final List<Notification> SOME = List.of(new Notification("group_commit", "{}"));

	@Test
	void stageThatBlocksStallsNoPublishing() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		try (GroupCommit groupCommit = groupCommit(new BusThreadFactory("test"))) {
			CompletableFuture<Void> stage = waiting(groupCommit, blocked, release);
			assertThat(blocked.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			groupCommit.publish(SOME);
			assertThat(groupCommit.publishAsync(SOME)).succeedsWithin(LIMIT);
			assertThat(stage).isNotDone();
			release.countDown();
			assertThat(stage).succeedsWithin(LIMIT);
		}
	}

	/** A stage that is not run by the test's own thread. */
	private static CompletableFuture<Void> waiting(GroupCommit groupCommit, CountDownLatch blocked,
			CountDownLatch release) {
		Thread test = Thread.currentThread();
		CompletableFuture<Void> stage = CompletableFuture.completedFuture(null);
		while (blocked.getCount() > 0) {
			AtomicBoolean mine = new AtomicBoolean();
			stage = groupCommit.publishAsync(SOME).thenRun(() -> {
				if (Thread.currentThread() == test) {
					mine.set(true);
					return;
				}
				blocked.countDown();
				awaitUninterrupted(release);
			});
			if (!mine.get()) {
				return stage;
			}
		}
		return stage;
	}

	@Test
	void stagesMayPublishAndWaitForIt() {
		try (GroupCommit groupCommit = groupCommit(new BusThreadFactory("test"))) {
			List<CompletableFuture<Void>> stages = IntStream.range(0, 100)
				.mapToObj((i) -> groupCommit.publishAsync(SOME).thenRun(() -> groupCommit.publish(SOME)))
				.toList();
			assertThat(stages).allSatisfy((stage) -> assertThat(stage).succeedsWithin(LIMIT));
		}
	}

	@Test
	void publishesWithoutAThreadToBeHad() {
		ThreadFactory none = (task) -> {
			throw new OutOfMemoryError("deliberate");
		};
		try (GroupCommit groupCommit = groupCommit(none)) {
			assertThat(groupCommit.publishAsync(SOME)).succeedsWithin(LIMIT);
			groupCommit.publish(SOME);
			assertThat(groupCommit.publishAsync(SOME)).succeedsWithin(LIMIT);
		}
	}

	@Test
	void checkedExceptionOfASourceFailsWhatItConcernsAndNothingElse() {
		AtomicBoolean failing = new AtomicBoolean(true);
		SessionFactory sessions = new SessionFactory("events", (settings) -> {
			if (failing.getAndSet(false)) {
				GroupCommitTests.<RuntimeException>throwAnyway(new Exception("deliberate"));
			}
			return connect(settings);
		}, "test", LIMIT);
		try (GroupCommit groupCommit = groupCommit(sessions, new BusThreadFactory("test"))) {
			assertThatExceptionOfType(PublishException.class).isThrownBy(() -> groupCommit.publish(SOME))
				.withMessageContaining("deliberate")
				.returns(Outcome.NOT_PUBLISHED, PublishException::outcome);
			groupCommit.publish(SOME);
		}
	}

	@Test
	void everyAcceptedRequestIsSettledWhenCloseReturns() throws Exception {
		for (int round = 0; round < 10; round++) {
			GroupCommit groupCommit = groupCommit(new BusThreadFactory("test"));
			Queue<CompletableFuture<Void>> accepted = new ConcurrentLinkedQueue<>();
			CountDownLatch some = new CountDownLatch(100);
			List<Thread> publishers = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				boolean async = i % 2 == 0;
				Thread publisher = new Thread(() -> {
					try {
						while (true) {
							if (async) {
								CompletableFuture<Void> done = groupCommit.publishAsync(SOME);
								accepted.add(done);
								done.thenRun(some::countDown);
							}
							else {
								groupCommit.publish(SOME);
							}
						}
					}
					catch (IllegalStateException ex) {
						// Closed, which is what ends the loop.
					}
				});
				publisher.start();
				publishers.add(publisher);
			}
			assertThat(some.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			groupCommit.close();
			for (Thread publisher : publishers) {
				publisher.join(LIMIT.toMillis());
				assertThat(publisher.isAlive()).isFalse();
			}
			assertThat(accepted).hasSizeGreaterThanOrEqualTo(100).allMatch(CompletableFuture::isDone);
			assertThat(groupCommit.queued()).isZero();
		}
	}

	@Test
	void interruptedCallerIsToldAndStaysInterruptedAndFailsNobodyElse() throws Exception {
		CountDownLatch dialling = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		SessionFactory sessions = new SessionFactory("events", (settings) -> {
			dialling.countDown();
			awaitUninterrupted(release);
			throw new SQLException("deliberate", "08001");
		}, "test", LIMIT);
		try (GroupCommit groupCommit = groupCommit(sessions, new BusThreadFactory("test"))) {
			CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
			Thread caller = new Thread(() -> {
				try {
					groupCommit.publish(SOME);
				}
				catch (PublishException ex) {
					interrupted
						.complete(Thread.currentThread().isInterrupted() && ex.getMessage().contains("interrupted"));
				}
			});
			caller.start();
			assertThat(dialling.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> other = groupCommit.publishAsync(SOME);
			caller.interrupt();
			release.countDown();
			assertThat(interrupted).succeedsWithin(LIMIT).isEqualTo(true);
			assertThat(other).failsWithin(LIMIT)
				.withThrowableThat()
				.havingCause()
				.withMessageContaining("no connection to the database");
		}
	}

	@Test
	void closeFromAStageDoesNotWaitForThatStage() {
		GroupCommit groupCommit = groupCommit(new BusThreadFactory("test"));
		CompletableFuture<Void> closed = groupCommit.publishAsync(SOME).thenRun(groupCommit::close);
		assertThat(closed).succeedsWithin(LIMIT);
		await().atMost(LIMIT).until(() -> groupCommit.queued() == 0);
	}

	@Test
	void givesItsConnectionAwayAndOpensAnother() {
		try (GroupCommit groupCommit = groupCommit(new BusThreadFactory("test"))) {
			assertThat(groupCommit.giveAway()).as("before it has one").isNull();
			groupCommit.publish(SOME);
			// The thread that has connected may not have let go of the queue.
			await().atMost(LIMIT).untilAsserted(() -> {
				try (Session given = groupCommit.giveAway()) {
					assertThat(given).isNotNull();
					assertThat(given.query("SELECT 1")).isEqualTo("1");
				}
			});
			assertThat(groupCommit.giveAway()).as("twice").isNull();
			groupCommit.publish(SOME);
		}
	}

	@Test
	void keepsTheConnectionThatIsInUse() throws Exception {
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(database.url())) {
			SessionFactory sessions = new SessionFactory("events",
					(settings) -> connect(network.url(database.url()), settings), "test", LIMIT);
			try (GroupCommit groupCommit = groupCommit(sessions, new BusThreadFactory("test"))) {
				groupCommit.publish(SOME);
				network.stall();
				CompletableFuture<Void> published = groupCommit.publishAsync(SOME);
				assertThat(groupCommit.giveAway()).isNull();
				network.heal();
				assertThat(published).succeedsWithin(LIMIT);
			}
		}
	}

	private static GroupCommit groupCommit(ThreadFactory threads) {
		return groupCommit(new SessionFactory("events", GroupCommitTests::connect, "test", LIMIT), threads);
	}

	private static Connection connect(Properties settings) throws SQLException {
		return connect(database.url(), settings);
	}

	private static Connection connect(String url, Properties settings) throws SQLException {
		settings.setProperty("user", database.user());
		settings.setProperty("password", database.password());
		return DriverManager.getConnection(url, settings);
	}

	private static GroupCommit groupCommit(SessionFactory sessions, ThreadFactory threads) {
		PublishingConnection connection = new PublishingConnection(sessions,
				new Backoff(Duration.ofMillis(100), 1, Duration.ofMillis(100)), LIMIT, (session) -> {
				}, null, Ticker.SYSTEM);
		return new GroupCommit("events", connection, 1000, 100, Duration.ofSeconds(2), Duration.ofMinutes(1), threads);
	}

	private static void awaitUninterrupted(CountDownLatch latch) {
		boolean interrupted = false;
		while (true) {
			try {
				assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
				break;
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	@SuppressWarnings("unchecked")
	private static <E extends Exception> void throwAnyway(Exception exception) throws E {
		throw (E) exception;
	}

}
