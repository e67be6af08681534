package dev.pgevents.benchmarks.sidebyside;

import java.sql.Connection;
import java.sql.SQLException;

import dev.pgevents.benchmarks.BenchmarkServer;

import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.messaging.support.GenericMessage;

/**
 * The publisher for Spring Integration: inserts messages into its table.
 */
final class MessageTableLoad extends Load {

	private final Connection connection;

	private final JdbcChannelMessageStore store;

	MessageTableLoad(BenchmarkServer server) throws SQLException {
		super(server);
		MessageTable.create(server);
		this.connection = server.connect();
		this.store = MessageTable.store(new SingleConnectionDataSource(this.connection, true));
	}

	@Override
	void send(String channel, long sent) {
		this.store.addMessageToGroup(MessageTable.GROUP, new GenericMessage<>(next(sent).notification(channel)));
	}

	@Override
	void send(String channel, long firstDue, long interval, int count) throws SQLException {
		this.connection.setAutoCommit(false);
		for (int i = 0; i < count; i++) {
			send(channel, firstDue + i * interval);
		}
		this.connection.setAutoCommit(true);
	}

	@Override
	long burst(String channel, int count) throws SQLException {
		send(channel, 0, 0, count);
		return Recording.now();
	}

	@Override
	long thousands(String channel, int count) throws SQLException {
		long start = Recording.now();
		for (int sent = 0; sent < count; sent += MAX_BATCH) {
			send(channel, 0, 0, Math.min(MAX_BATCH, count - sent));
		}
		return start;
	}

	@Override
	public void close() throws SQLException {
		this.connection.close();
		super.close();
	}

}
