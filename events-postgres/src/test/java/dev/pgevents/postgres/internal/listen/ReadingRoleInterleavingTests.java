package dev.pgevents.postgres.internal.listen;

import java.util.concurrent.CountDownLatch;

import dev.pgevents.Interleavings;
import org.junit.jupiter.api.Test;

/**
 * Handlers and whoever stands by to take the reading over, in every order: a handler may
 * begin in the very moment in which that one ends its watch.
 */
class ReadingRoleInterleavingTests {

	@Test
	void isTakenFromAHandlerWheneverItBegins() {
		Interleavings.explore((threads) -> {
			CountDownLatch reading = new CountDownLatch(1);
			ReadingRole role = new ReadingRole(threads.executor(), reading::countDown, (nanos) -> {
			}, 1);
			// Somebody stands by from now on.
			boolean kept = role.run(ReadingRoleTests.task(true, () -> {
			}));
			if (kept) {
				threads.start(() -> {
					if (role.run(ReadingRoleTests.task(true, reading::await))) {
						throw new AssertionError("two threads have the role");
					}
				});
			}
			threads.join();
		});
	}

}
