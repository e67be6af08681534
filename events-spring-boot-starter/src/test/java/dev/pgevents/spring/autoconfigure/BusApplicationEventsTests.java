package dev.pgevents.spring.autoconfigure;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.spring.ConnectionStateChanged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class BusApplicationEventsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final int MANY = 500;

	private final Queue<Object> published = new ConcurrentLinkedQueue<>();

	@Test
	void nothingIsPublishedBeforeAllBeansAreThere() throws InterruptedException {
		BusApplicationEvents events = new BusApplicationEvents(this.published::add);
		changeStates(events);
		for (Thread thread : Thread.getAllStackTraces().keySet()) {
			if (thread.getName().startsWith("events-state-")) {
				thread.join(LIMIT.toMillis()); // what has begun by now would be seen
			}
		}
		this.published.add("beans");
		events.afterSingletonsInstantiated();
		await().atMost(LIMIT).until(() -> this.published.size() == MANY + 1);
		assertThat(this.published.peek()).isEqualTo("beans");
	}

	@Test
	void changesArePublishedInTheirOrder() {
		BusApplicationEvents events = started(this.published::add);
		changeStates(events);
		await().atMost(LIMIT).until(() -> this.published.size() == MANY);
		assertThat(this.published)
			.containsExactlyElementsOf(IntStream.range(0, MANY).mapToObj(BusApplicationEventsTests::change).toList());
	}

	@Test
	void listenerThatFailsIsToldInTheLogAndHoldsNothingUp(CapturedOutput output) {
		BusApplicationEvents events = started((event) -> {
			this.published.add(event);
			if (this.published.size() == 1) {
				throw new IllegalStateException("deliberate");
			}
		});
		events.onStateChange(ConnectionState.CONNECTING, ConnectionState.LISTENING);
		events.onStateChange(ConnectionState.LISTENING, ConnectionState.DEAF);
		await().atMost(LIMIT).until(() -> this.published.size() == 2);
		assertThat(output).contains("ERROR")
			.contains("an application listener failed with ConnectionStateChanged")
			.contains("deliberate");
	}

	@Test
	void contextThatIsClosedTakesNothingWithoutAnError(CapturedOutput output) {
		BusApplicationEvents events = started(new GenericApplicationContext() {

			@Override
			public void publishEvent(Object event) {
				BusApplicationEventsTests.this.published.add(event);
				throw new IllegalStateException("deliberate");
			}

		});
		changeStates(events);
		await().atMost(LIMIT).until(() -> this.published.size() == MANY);
		assertThat(output).doesNotContain("ERROR");
	}

	@Test
	void listenerThatBlocksKeepsNoJvmAlive() {
		started((event) -> this.published.add(Thread.currentThread().isDaemon()))
			.onStateChange(ConnectionState.LISTENING, ConnectionState.CLOSED);
		await().atMost(LIMIT).until(() -> !this.published.isEmpty());
		assertThat(this.published).containsExactly(true);
	}

	private static void changeStates(BusApplicationEvents events) {
		for (int i = 0; i < MANY; i++) {
			ConnectionStateChanged change = change(i);
			events.onStateChange(change.previous(), change.current());
		}
	}

	private static ConnectionStateChanged change(int number) {
		ConnectionState[] states = ConnectionState.values();
		return new ConnectionStateChanged(states[number % states.length], states[number / 3 % states.length]);
	}

	private static BusApplicationEvents started(ApplicationEventPublisher publisher) {
		BusApplicationEvents events = new BusApplicationEvents(publisher);
		events.afterSingletonsInstantiated();
		return events;
	}

}
