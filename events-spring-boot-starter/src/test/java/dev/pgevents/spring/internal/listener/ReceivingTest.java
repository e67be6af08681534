package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Has what methods of the application under test were called with.
 */
public abstract class ReceivingTest {

	/** How long a test waits. */
	protected static final Duration LIMIT = Duration.ofSeconds(60);

	/** What was received and not yet asked for. */
	protected static final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	@BeforeEach
	protected void forget() {
		received.clear();
	}

	/** The next that is received. */
	protected static Object next() {
		return taken(received);
	}

	/** Takes from a queue, once there is something in it. */
	protected static <T> T taken(BlockingQueue<T> queue) {
		try {
			T next = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(next).as("nothing arrived").isNotNull();
			return next;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
