package dev.pgevents.internal.dispatch;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Interleavings;
import org.junit.jupiter.api.Test;

/**
 * Handlers and the watcher that takes the lead from them, in every order: a handler may
 * begin in the very moment in which the watcher ends its watch.
 */
class LeaderFollowersInterleavingTests {

	@Test
	void leadIsTakenFromAHandlerWheneverItBegins() {
		Interleavings.explore((threads) -> {
			CountDownLatch reading = new CountDownLatch(1);
			LeaderFollowers strategy = new LeaderFollowers("test", threads.executor(), threads.executor(), true,
					reading::countDown, (nanos) -> {
					}, 1);
			// There is a watcher from now on.
			boolean leads = LeaderFollowersTests.handle(strategy, true, () -> {
			});
			if (leads) {
				threads.start(() -> {
					if (LeaderFollowersTests.handle(strategy, true, reading::await)) {
						throw new AssertionError("two threads lead");
					}
				});
			}
			threads.join();
		});
	}

	@Test
	void eachHandlerRunsOnceWhoeverLeads() {
		Interleavings.explore((threads) -> {
			CountDownLatch reading = new CountDownLatch(1);
			AtomicInteger handled = new AtomicInteger();
			LeaderFollowers strategy = new LeaderFollowers("test", threads.executor(), threads.executor(), true,
					reading::countDown, (nanos) -> {
					}, 1);
			threads.start(() -> {
				strategy.beginFew(1);
				strategy.start(LeaderFollowersTests.task(0, () -> {
				}));
				strategy.start(LeaderFollowersTests.task(0, handled::incrementAndGet));
				strategy.start(LeaderFollowersTests.task(0, handled::incrementAndGet));
				strategy.endFew();
				if (!strategy.runReserved()) {
					reading.await();
				}
			});
			threads.join();
			if (handled.get() != 2) {
				throw new AssertionError(handled);
			}
		});
	}

}
