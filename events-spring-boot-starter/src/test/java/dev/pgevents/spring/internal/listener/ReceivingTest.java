package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Has what the methods of the application under test were called with.
 */
abstract class ReceivingTest {

	static final Duration LIMIT = Duration.ofSeconds(20);

	static final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	@BeforeEach
	void forget() {
		received.clear();
	}

	static Object next() {
		try {
			Object next = received.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(next).as("nothing arrived").isNotNull();
			return next;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
