package dev.pgevents.sample;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.EventBusCustomizer;

import org.springframework.stereotype.Component;

/**
 * Where the bus gets its listening connection from, or does not: a node without events
 * polls, which is what the switch is there to show.
 */
@Component
class EventsSwitch implements EventBusCustomizer, ConnectionSource {

	private final ConnectionSource database;

	private final DataSource dataSource;

	private volatile boolean off;

	EventsSwitch(DataSource dataSource) {
		this.dataSource = dataSource;
		this.database = ConnectionSource.of(dataSource);
	}

	@Override
	public void customize(PostgresEventBus.Builder builder) {
		builder.listener(this).dataSource(this.dataSource);
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		if (this.off) {
			throw new SQLException("events are switched off on the node's page");
		}
		return this.database.open(settings);
	}

	void set(boolean on) {
		this.off = !on;
	}

	boolean isOn() {
		return !this.off;
	}

}
