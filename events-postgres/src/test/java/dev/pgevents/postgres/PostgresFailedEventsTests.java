package dev.pgevents.postgres;

import java.time.Duration;
import java.util.UUID;

import dev.pgevents.EventBus;
import dev.pgevents.FailedEventsContract;
import dev.pgevents.postgres.test.TestPostgres;

class PostgresFailedEventsTests extends FailedEventsContract {

	private final String name = "log" + UUID.randomUUID();

	@Override
	protected EventBus createBus() {
		return PostgresEventBus.builder()
			.name(this.name)
			.dataSource(TestPostgres.shared().dataSource())
			.lockTimeout(Duration.ofMillis(500))
			.log(EventLogSettings.builder().retry(ATTEMPTS, RETRY).build())
			.build();
	}

}
