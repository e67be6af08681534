package dev.pgevents.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left to the thread that dispatches.
 */
@Timeout(60)
class HandlerWorkTests {

	private final Dispatcher dispatcher = Dispatcher.builder("test").build();

	private final HandlerWork work = new HandlerWork();

	private long busyNanos;

	@AfterEach
	void close() {
		this.dispatcher.close();
	}

	@Test
	void isTheFirstHandlersAndTheOthersHaveThreadsOfTheirOwn() throws InterruptedException {
		List<Thread> threads = new ArrayList<>();
		CountDownLatch other = new CountDownLatch(1);
		subscribe(this.dispatcher, (event) -> threads.add(Thread.currentThread()));
		subscribe(this.dispatcher, (event) -> other.countDown());
		this.dispatcher.dispatch(event(), this.work);
		other.await();
		assertThat(threads).isEmpty();
		HandlerTask task = this.work.take();
		assertThat(task).isNotNull();
		task.run();
		assertThat(threads).containsExactly(Thread.currentThread());
		assertThat(this.work.take()).isNull();
	}

	@Test
	void isNoneWhereTheUserSaysWhereHandlersRun() {
		List<Runnable> executed = new ArrayList<>();
		try (Dispatcher other = Dispatcher.builder("test").executor(executed::add).build()) {
			subscribe(other, (event) -> {
			});
			other.dispatch(event(), this.work);
			assertThat(this.work.take()).isNull();
			assertThat(executed).hasSize(1);
		}
	}

	@Test
	void isQuickOnceTheHandlerHasBeenForLongAndNotAfterItWasSlow() {
		subscribe(this.dispatcher, (event) -> keepBusy());
		HandlerTask task = next();
		assertThat(task.isQuick()).isFalse();
		while (!task.isQuick()) { // the machine may be slow at times
			task.run();
			task = next();
		}
		this.busyNanos = 2 * Pace.QUICK;
		task.run();
		assertThat(next().isQuick()).isFalse();
	}

	private HandlerTask next() {
		this.dispatcher.dispatch(event(), this.work);
		return Objects.requireNonNull(this.work.take());
	}

	private void keepBusy() {
		long end = System.nanoTime() + this.busyNanos;
		while (this.busyNanos > 0 && System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
	}

	private static void subscribe(Dispatcher dispatcher, EventHandler handler) {
		dispatcher.subscribe(SubscriptionFilter.all(), SubscriptionOptions.defaults(), handler, (closing) -> {
		}).live();
	}

	private static Event event() {
		return Event.of(EventTypes.EPOCH_CLOSED, "1", 1);
	}

}
