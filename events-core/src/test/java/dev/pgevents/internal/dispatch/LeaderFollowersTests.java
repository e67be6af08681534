package dev.pgevents.internal.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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
	void watcherStaysWhileHandlersRunBetweenItsLooks() {
		int handlers = 5;
		int idleLooks = 2;
		Deque<Runnable> executed = new ArrayDeque<>();
		AtomicInteger looks = new AtomicInteger();
		AtomicReference<LeaderFollowers> strategy = new AtomicReference<>();
		strategy.set(new LeaderFollowers("test", executed::add, executed::add, true, () -> {
		}, (nanos) -> {
			if (looks.getAndIncrement() < handlers) {
				handle(strategy.get(), true, () -> {
				});
			}
		}, idleLooks));
		handle(strategy.get(), true, () -> {
		});
		executed.remove().run();
		assertThat(looks).hasValue(handlers + idleLooks);
		assertThat(executed).as("another watcher").isEmpty();
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
	void quickHandlersAreRunOneAfterTheOtherAndNoThreadIsWoken() {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = strategy(executed::add);
		List<String> handled = new ArrayList<>();
		strategy.beginFew(2);
		strategy.start(task(0, () -> handled.add("first")));
		strategy.start(task(0, () -> handled.add("second")));
		strategy.endFew();
		assertThat(strategy.runReserved()).isTrue();
		assertThat(handled).containsExactly("first", "second");
		assertThat(executed).as("a watcher").hasSize(1);
		assertThat(strategy.counts()).isEqualTo(new Counts(0, 0, 2, 0));
	}

	@Test
	void handlersOnTheLeaderMayTakeNoLongerTogetherThanAQuickOne() {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = strategy(executed::add);
		HandlerTask[] tasks = Stream.generate(() -> task(Pace.QUICK_NANOS / 4, () -> {
		})).limit(4).toArray(HandlerTask[]::new);
		strategy.beginFew(2);
		Stream.of(tasks).forEach(strategy::start);
		strategy.endFew();
		assertThat(executed).containsExactly(tasks[2], tasks[3]);
		strategy.handOffReserved();
		assertThat(executed).containsExactly(tasks[2], tasks[3], tasks[0], tasks[1]);
	}

	@Test
	void followerIsPromotedWhereAQuickHandlerHasTooManyEventsToHandle() {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = strategy(executed::add);
		strategy.beginFew(3);
		strategy.start(task(Pace.QUICK_NANOS / 2, () -> {
		}));
		strategy.endFew();
		assertThat(strategy.runReserved()).isFalse();
		assertThat(strategy.counts()).isEqualTo(new Counts(0, 1, 0, 0));
	}

	@Test
	void whoTakesTheLeadHasOthersDoWhatIsLeft() {
		CountDownLatch second = new CountDownLatch(1);
		CountDownLatch lost = new CountDownLatch(1);
		LeaderFollowers strategy = strategy(this.threads);
		AtomicInteger leaders = new AtomicInteger();
		strategy.lead(() -> {
			if (leaders.getAndIncrement() == 0) {
				strategy.beginFew(1);
				strategy.start(task(0, second::await));
				strategy.start(task(0, second::countDown));
				strategy.endFew();
				if (!strategy.runReserved()) {
					lost.countDown();
				}
			}
		});
		await(lost);
		assertThat(strategy.counts()).isEqualTo(new Counts(1, 0, 1, 1));
	}

	@Test
	void leaderReservesOneHandlerThatMayBeSlowAndHandsTheOthersOff() {
		Deque<Runnable> executed = new ArrayDeque<>();
		LeaderFollowers strategy = strategy(executed::add);
		strategy.beginFew(1);
		HandlerTask first = task(false, () -> {
		});
		HandlerTask second = task(true, () -> {
		});
		strategy.start(first);
		strategy.start(second);
		assertThat(strategy.endFew()).isTrue();
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
		strategy.beginFew(1);
		this.threads.submit(() -> strategy.start(task(true, () -> {
		}))).get();
		assertThat(strategy.endFew()).isFalse();
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
		strategy.beginFew(1);
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
		strategy.beginFew(1);
		strategy.start(task(quick, action));
		strategy.endFew();
		return strategy.runReserved();
	}

	private static HandlerTask task(boolean quick, Interleavings.Action action) {
		return task(quick ? 0 : Long.MAX_VALUE, action);
	}

	static HandlerTask task(long expectedNanos, Interleavings.Action action) {
		return new HandlerTask() {

			@Override
			public long expectedNanos() {
				return expectedNanos;
			}

			@Override
			public long run(long now) {
				try {
					action.run();
					return now;
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}

		};
	}

}
