package dev.pgevents.postgres.fault;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.Published.Outcome;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class NumberedPublisherTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final Duration OFTEN = Duration.ofMillis(1);

	private final TestPostgres database = TestPostgres.shared();

	private final EventType type = EventType.of("t" + UUID.randomUUID().toString().replace("-", ""));

	private final DeliveryLedger ledger = new DeliveryLedger();

	@Test
	void whatItPublishesArrivesAlsoAcrossABrokenConnectionOfItsOwn() throws Exception {
		PGSimpleDataSource own = this.database.dataSource();
		own.setApplicationName(this.type.value());
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(this.database.url(), this.database.user(), this.database.password()))
			.build()) {
			bus.subscribe(SubscriptionFilter.types(this.type), this.ledger)
				.ready()
				.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			try (NumberedPublisher publisher = NumberedPublisher.straightTo(own, this.type, "p", OFTEN)) {
				this.ledger.awaitEvent(publisher, publisher.awaitNext(LIMIT), LIMIT);
				assertThat(this.database.terminate(this.type.value())).isEqualTo(1);
				this.ledger.awaitDeliveryBack(publisher, LIMIT);
				publisher.stop();
				int last = publisher.begun() - 1;
				assertThat(publisher.outcome(last)).isEqualTo(Outcome.ACKNOWLEDGED);
				this.ledger.awaitEvent(publisher, last, LIMIT);
				assertThat(publisher.count(Outcome.UNKNOWN)).isLessThanOrEqualTo(1);
				this.ledger.verify(publisher);
			}
		}
	}

	@Test
	void remembersWhatFailedAndWhatIsNotKnown() {
		try (InMemoryEventBus bus = InMemoryEventBus.create()) {
			NumberedPublisher publisher = NumberedPublisher.through(new FailingPublisher(bus), this.type, "p", OFTEN);
			await().atMost(LIMIT).until(() -> publisher.begun() > 3);
			publisher.stop();
			assertThat(publisher.outcome(0)).isEqualTo(Outcome.ACKNOWLEDGED);
			assertThat(publisher.outcome(1)).isEqualTo(Outcome.FAILED);
			assertThat(publisher.outcome(2)).isEqualTo(Outcome.UNKNOWN);
		}
	}

}
