package dev.pgevents;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Holds handlers up until a test opens it.
 */
final class Gate {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private final CountDownLatch reached = new CountDownLatch(1);

	private final CountDownLatch open = new CountDownLatch(1);

	void pass() throws InterruptedException {
		this.reached.countDown();
		assertThat(this.open.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	void awaitReached() throws InterruptedException {
		assertThat(this.reached.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	void open() {
		this.open.countDown();
	}

}
