package dev.pgevents;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Closes things that have to wait for something first.
 */
public final class Closing {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private Closing() {
	}

	/**
	 * Asserts that closing returns once what is in hand has finished, and not before.
	 * @param close closes
	 * @param release lets what is in hand finish
	 * @param finished whether it has
	 * @throws InterruptedException if interrupted
	 */
	public static void assertWaits(Runnable close, Runnable release, AtomicBoolean finished)
			throws InterruptedException {
		AtomicBoolean finishedAtClose = new AtomicBoolean();
		Thread closing = new Thread(() -> {
			close.run();
			finishedAtClose.set(finished.get());
		});
		closing.start();
		await().atMost(LIMIT)
			.until(() -> closing.getState() == Thread.State.WAITING || closing.getState() == Thread.State.TIMED_WAITING
					|| closing.getState() == Thread.State.TERMINATED);
		release.run();
		closing.join(LIMIT.toMillis());
		assertThat(finishedAtClose).isTrue();
	}

}
