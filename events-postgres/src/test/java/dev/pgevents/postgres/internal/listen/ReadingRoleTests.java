package dev.pgevents.postgres.internal.listen;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import dev.pgevents.Interleavings;
import dev.pgevents.internal.dispatch.HandlerTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who reads while a handler runs: always one thread, whatever the handler does.
 */
@Timeout(20)
class ReadingRoleTests {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void end() {
		this.threads.shutdownNow();
	}

	@Test
	void isGivenAwayBeforeAHandlerRunsThatMayBeSlow() {
		CountDownLatch reading = new CountDownLatch(1);
		ReadingRole role = new ReadingRole(this.threads, reading::countDown);
		assertThat(role.run(task(false, reading::await))).isFalse();
	}

	@Test
	void isKeptWhileAQuickHandlerRuns() {
		Deque<Runnable> executed = new ArrayDeque<>();
		AtomicInteger readings = new AtomicInteger();
		ReadingRole role = new ReadingRole(executed::add, readings::incrementAndGet);
		assertThat(role.run(task(true, () -> {
		}))).isTrue();
		assertThat(readings).hasValue(0);
		assertThat(executed).as("who stands by").hasSize(1);
		assertThat(role.run(task(true, () -> {
		}))).isTrue();
		assertThat(executed).as("one for all handlers").hasSize(1);
	}

	@Test
	void isTakenFromAQuickHandlerThatDoesNotComeBackTimeAndAgain() throws Exception {
		int times = 5;
		AtomicInteger readings = new AtomicInteger();
		CountDownLatch[] begun = Stream.generate(() -> new CountDownLatch(1))
			.limit(times + 1)
			.toArray(CountDownLatch[]::new);
		CountDownLatch lost = new CountDownLatch(times);
		AtomicReference<ReadingRole> role = new AtomicReference<>();
		role.set(new ReadingRole(this.threads, () -> {
			int number = readings.getAndIncrement();
			begun[number].countDown();
			if (number < times && !role.get().run(task(true, begun[number + 1]::await))) {
				lost.countDown();
			}
		}));
		role.get().give();
		lost.await();
		assertThat(readings).hasValue(times + 1);
	}

	@Test
	void isKeptWhereThereIsNoOtherThread() {
		ReadingRole role = new ReadingRole((task) -> {
			throw new RejectedExecutionException("deliberate");
		}, () -> {
		});
		AtomicInteger handled = new AtomicInteger();
		assertThat(role.run(task(false, handled::incrementAndGet))).isTrue();
		assertThat(role.run(task(true, handled::incrementAndGet))).isTrue();
		assertThat(handled).hasValue(2);
	}

	@Test
	void threadIsAskedForAgainWhereThereWasNoneToStandBy() {
		AtomicInteger asked = new AtomicInteger();
		ReadingRole role = new ReadingRole((task) -> {
			asked.incrementAndGet();
			throw new OutOfMemoryError("deliberate");
		}, () -> {
		});
		role.run(task(true, () -> {
		}));
		role.run(task(true, () -> {
		}));
		assertThat(asked).hasValue(2);
	}

	@Test
	void isKeptOverAHandlerThatCannotBeCalled() {
		ReadingRole role = new ReadingRole((task) -> {
			throw new RejectedExecutionException("deliberate");
		}, () -> {
		});
		assertThat(role.run(task(true, () -> {
			throw new OutOfMemoryError("deliberate");
		}))).isTrue();
	}

	static HandlerTask task(boolean quick, Interleavings.Action action) {
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
