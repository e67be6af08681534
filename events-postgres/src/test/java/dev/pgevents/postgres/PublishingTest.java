package dev.pgevents.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publishes on a bus whose server the test can hold up.
 */
abstract class PublishingTest {

	static final Duration LIMIT = Duration.ofSeconds(20);

	static final TestPostgres database = TestPostgres.shared();

	final EventType type = EventType.of("t" + UUID.randomUUID().toString().replace("-", "") + ".x");

	final HeldConnections connections = new HeldConnections(
			ConnectionSource.url(database.url(), database.user(), database.password()));

	PostgresEventBus receiver;

	EventStream received;

	@BeforeEach
	void listen() throws Exception {
		this.receiver = PostgresEventBus.builder().dataSource(database.dataSource()).build();
		this.received = this.receiver.open(SubscriptionFilter.types(this.type));
		this.received.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

	@AfterEach
	void close() {
		this.connections.release();
		this.receiver.close();
	}

	PostgresEventBus.Builder publisher() {
		return PostgresEventBus.builder().listening(false).listener(this.connections);
	}

	Event number(int number) {
		return Event.of(this.type, null, number);
	}

	List<Integer> numbers(int count) throws InterruptedException {
		List<Integer> numbers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Delivery delivery = this.received.poll(LIMIT);
			assertThat(delivery).isInstanceOf(Event.class);
			numbers.add(((Event) delivery).payloadAs(Integer.class));
		}
		return numbers;
	}

}
