package dev.pgevents.benchmarks.sidebyside;

import java.sql.SQLException;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.benchmarks.BenchmarkServer;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * Steady load through this library's {@code publishAsync}, for the whole path from
 * application to application.
 */
final class AsyncLoad extends Load {

	private final PostgresEventBus bus;

	AsyncLoad(BenchmarkServer server) throws SQLException {
		super(server);
		this.bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(server.url(), null, null))
			.channels(new ChannelPerTypeName())
			.listening(false)
			.build();
	}

	@Override
	void send(String channel, long sent) {
		this.bus
			.publishAsync(Event.of(EventType.of(channel), "0x5112cF49F2511ac7b13A032c4c62A48410FC28Fb", next(sent)));
	}

	@Override
	void send(String channel, long firstDue, long interval, int count) {
		for (int i = 0; i < count; i++) {
			send(channel, firstDue + i * interval);
		}
	}

	@Override
	public void close() throws SQLException {
		this.bus.close();
		super.close();
	}

}
