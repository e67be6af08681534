package dev.pgevents.internal.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.pgevents.Interleavings;
import dev.pgevents.internal.dispatch.LeaderFollowers.Counts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * One thread leads at any time, whatever handlers do.
 */
@Timeout(20)
class LeaderFollowersTests {

	private static final Executor NO_THREADS = (task) -> {
		throw new RejectedExecutionException("deliberate");
	};

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void end() {
		this.threads.shutdownNow();
	}

	@Test
	void followerIsPromotedBeforeAHandlerRunsThatMayBeSlow() {
		CountDownLatch leads = new CountDownLatch(1);
		AtomicInteger leaders = new AtomicInteger();
		LeaderFollowers strategy = strategy(this.threads);
		CountDownLatch lost = new CountDownLatch(1);
		strategy.lead(() -> {
			if (leaders.getAndIncrement() > 0) {
				leads.countDown();
			}
			else if (!handle(strategy, false, leads::await)) {
				lost.countDown();
			}
		});
		await(lost);
		assertThat(leaders).hasValue(2);
		assertThat(strategy.counts()).isEqualTo(new Counts(0, 1, 0, 0));
	}

	@Test
	void leadIsKeptWhileAQuickHandlerRuns() {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = strategy(executed::add);
		assertThat(handle(strategy, true, () -> assertThat(strategy).asString().contains("HANDLING"))).isTrue();
		assertThat(executed).as("a watcher").hasSize(1);
		assertThat(strategy).asString().contains("READING", "watched", "inline=1");
		assertThat(handle(strategy, true, () -> {
		})).isTrue();
		assertThat(executed).as("one for all handlers").hasSize(1);
		assertThat(strategy.counts()).isEqualTo(new Counts(0, 0, 2, 0));
	}

	@Test
	void leadIsTakenFromAQuickHandlerThatDoesNotComeBackTimeAndAgain() {
		int times = 5;
		AtomicInteger leaders = new AtomicInteger();
		CountDownLatch[] begun = Stream.generate(() -> new CountDownLatch(1))
			.limit(times + 1)
			.toArray(CountDownLatch[]::new);
		CountDownLatch lost = new CountDownLatch(times);
		LeaderFollowers strategy = strategy(this.threads);
		strategy.lead(() -> {
			int number = leaders.getAndIncrement();
			begun[number].countDown();
			if (number < times && !handle(strategy, true, begun[number + 1]::await)) {
				lost.countDown();
			}
		});
		await(lost);
		assertThat(leaders).hasValue(times + 1);
		assertThat(strategy.counts()).isEqualTo(new Counts(0, 0, times, times));
	}

	@Test
	void leadIsKeptWhereThereIsNoOtherThread() {
		LeaderFollowers strategy = strategy(NO_THREADS);
		AtomicInteger handled = new AtomicInteger();
		assertThat(handle(strategy, false, handled::incrementAndGet)).isTrue();
		assertThat(handle(strategy, true, handled::incrementAndGet)).isTrue();
		assertThat(handled).hasValue(2);
	}

	@Test
	void watcherIsAskedForAgainWhereThereWasNoThreadForIt() {
		AtomicInteger asked = new AtomicInteger();
		LeaderFollowers strategy = strategy((task) -> {
			asked.incrementAndGet();
			throw new OutOfMemoryError("deliberate");
		});
		handle(strategy, true, () -> {
		});
		handle(strategy, true, () -> {
		});
		assertThat(asked).hasValue(2);
	}

	@Test
	void leadIsKeptOverAHandlerThatCannotBeCalled() {
		assertThat(handle(strategy(NO_THREADS), true, () -> {
			throw new OutOfMemoryError("deliberate");
		})).isTrue();
	}

	@Test
	void leaderReservesOneHandlerAndHandsTheOthersOff() {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = strategy(executed::add);
		strategy.beginLone();
		HandlerTask first = task(true, () -> {
		});
		HandlerTask second = task(true, () -> {
		});
		strategy.start(first);
		strategy.start(second);
		assertThat(strategy.endLone()).isTrue();
		assertThat(executed).containsExactly(second);
		strategy.handOffReserved();
		assertThat(executed).containsExactly(second, first);
		assertThat(strategy.runReserved()).isTrue();
		assertThat(strategy.counts()).isEqualTo(new Counts(2, 0, 0, 0));
	}

	@Test
	void nothingIsReservedForOthersThanTheLeaderNorWhileABatchIsDelivered() throws Exception {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = strategy(executed::add);
		strategy.start(task(true, () -> {
		}));
		strategy.beginLone();
		this.threads.submit(() -> strategy.start(task(true, () -> {
		}))).get();
		assertThat(strategy.endLone()).isFalse();
		assertThat(executed).hasSize(2);
	}

	@Test
	void everythingIsHandedOffWhereHandlersOnTheLeaderAreRuledOut() {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = new LeaderFollowers("test", executed::add, this.threads, false);
		assertThat(handle(strategy, true, () -> {
		})).isTrue();
		assertThat(executed).hasSize(1);
		assertThat(strategy).asString().contains("hand-off only", "handedOff=1");
	}

	@Test
	void whatIsReservedIsDoneByTheLeaderWhereThereIsNoThreadToHandItOffTo() {
		LeaderFollowers strategy = strategy(NO_THREADS);
		AtomicInteger handled = new AtomicInteger();
		strategy.beginLone();
		strategy.start(task(true, handled::incrementAndGet));
		strategy.handOffReserved();
		assertThat(handled).hasValue(1);
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> strategy.start(task(true, handled::incrementAndGet)));
	}

	private static LeaderFollowers strategy(Executor threads) {
		return new LeaderFollowers("test", threads, threads, true);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The calling thread leads, and an event that came alone wakes a handler. */
	static boolean handle(LeaderFollowers strategy, boolean quick, Interleavings.Action action) {
		strategy.beginLone();
		strategy.start(task(quick, action));
		strategy.endLone();
		return strategy.runReserved();
	}

	private static HandlerTask task(boolean quick, Interleavings.Action action) {
		return new HandlerTask() {

			@Override
			public boolean isQuick() {
				return quick;
			}

			@Override
			public void run() {
				try {
					action.run();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}

		};
	}

}
