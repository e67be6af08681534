package dev.pgevents.postgres;

import java.time.Duration;

import dev.pgevents.EventBus;
import dev.pgevents.EventBusLoadContract;
import dev.pgevents.SlowHandlerListener;
import dev.pgevents.postgres.test.TestPostgres;

class PostgresEventBusLoadTests extends EventBusLoadContract {

	private static final TestPostgres database = TestPostgres.shared();

	@Override
	protected EventBus createBus(Duration slowHandlerThreshold, SlowHandlerListener listener) {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url(database.url(), database.user(), database.password()))
			.publishTimeout(Duration.ofMinutes(1))
			.slowHandlerThreshold(slowHandlerThreshold)
			.slowHandlerListener(listener)
			.shutdownTimeout(Duration.ofMillis(1))
			.build();
	}

	@Override
	protected void disturb() throws Exception {
		database.execute("SELECT pg_notify('events', 'not ours')");
	}

}
