package dev.pgevents.postgres;

import java.util.UUID;

import dev.pgevents.EventBus;
import dev.pgevents.EventStreamContract;
import dev.pgevents.postgres.test.TestPostgres;

class PostgresEventStreamTests extends EventStreamContract {

	private final String name = "bus" + UUID.randomUUID();

	@Override
	protected EventBus createBus() {
		return PostgresEventBus.builder().name(this.name).dataSource(TestPostgres.shared().dataSource()).build();
	}

}
