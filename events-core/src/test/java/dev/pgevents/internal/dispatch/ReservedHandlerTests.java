package dev.pgevents.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
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
 * What a dispatcher reserves for the leader, and when a handler counts as quick.
 */
@Timeout(60)
class ReservedHandlerTests {

	private final Dispatcher dispatcher = Dispatcher.builder("test").build();

	private long busyNanos;

	@AfterEach
	void close() {
		this.dispatcher.close();
	}

	@Test
	void isTheFirstHandlerAndTheOthersHaveThreadsOfTheirOwn() throws InterruptedException {
		List<Thread> threads = new ArrayList<>();
		CountDownLatch other = new CountDownLatch(1);
		subscribe(this.dispatcher, (event) -> threads.add(Thread.currentThread()));
		subscribe(this.dispatcher, (event) -> other.countDown());
		dispatchAlone(this.dispatcher);
		other.await();
		assertThat(threads).isEmpty();
		this.dispatcher.strategy().runReserved();
		assertThat(threads).containsExactly(Thread.currentThread());
		assertThat(this.dispatcher.strategy().counts().handedOff()).isEqualTo(1);
	}

	@Test
	void isNoneWhereTheUserSaysWhereHandlersRun() {
		List<Runnable> executed = new ArrayList<>();
		try (Dispatcher other = Dispatcher.builder("test").executor(executed::add).build()) {
			subscribe(other, (event) -> {
			});
			assertThat(dispatchAlone(other)).isFalse();
			assertThat(executed).hasSize(1);
		}
	}

	@Test
	void isNoneWhereTheUserRulesItOut() throws InterruptedException {
		CountDownLatch handled = new CountDownLatch(1);
		try (Dispatcher other = Dispatcher.builder("test").inlineHandlers(false).build()) {
			subscribe(other, (event) -> handled.countDown());
			assertThat(dispatchAlone(other)).isFalse();
			handled.await();
		}
	}

	@Test
	void isDoneWithoutAFollowerOnceTheHandlerIsQuickAndNotAfterItWasSlow() {
		subscribe(this.dispatcher, (event) -> keepBusy());
		handleAlone();
		assertThat(inline()).isZero();
		while (inline() == 0) { // the machine may be slow at times
			handleAlone();
		}
		this.busyNanos = 2 * Pace.TOLERATED_NANOS;
		handleAlone();
		this.busyNanos = 0;
		long before = inline();
		handleAlone();
		assertThat(inline()).isEqualTo(before);
	}

	private long inline() {
		return this.dispatcher.strategy().counts().inline();
	}

	private void handleAlone() {
		dispatchAlone(this.dispatcher);
		this.dispatcher.strategy().runReserved();
	}

	/** As the leader does; whether a handler is reserved for it. */
	private static boolean dispatchAlone(Dispatcher dispatcher) {
		dispatcher.strategy().beginFew(1);
		dispatcher.dispatch(event());
		return dispatcher.strategy().endFew();
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
