package dev.pgevents.postgres;

import java.util.UUID;

import dev.pgevents.EventBus;
import dev.pgevents.SubscriptionContract;
import dev.pgevents.postgres.test.TestPostgres;

class PostgresSubscriptionTests extends SubscriptionContract {

	private final String name = "bus" + UUID.randomUUID();

	@Override
	protected EventBus createBus() {
		return PostgresEventBus.builder().name(this.name).dataSource(TestPostgres.shared().dataSource()).build();
	}

}
