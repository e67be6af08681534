package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The least that notifying after other transactions takes, without a library: one
 * connection, one thread, and a text that is there already. What has been asked for
 * during one round trip leaves with the next.
 */
final class PlainNotifier implements AutoCloseable {

	private static final String TEXT = "{\"type\":\"bench\",\"payload\":\"" + "x".repeat(200) + "\"}";

	private final Connection connection;

	private final PreparedStatement statement;

	private final Semaphore asked = new Semaphore(0);

	private final Thread thread = new Thread(this::run, "plain-notifier");

	private volatile boolean closed;

	PlainNotifier(Connection connection) throws SQLException {
		this.connection = connection;
		// Numbered, for the server drops what it has already in a transaction.
		this.statement = connection.prepareStatement(
				"SELECT count(pg_notify('bench.plain', n || p)) FROM unnest(?::text[]) WITH ORDINALITY AS t(p, n)");
		this.thread.start();
	}

	void send() {
		this.asked.release();
	}

	private void run() {
		try {
			while (!this.closed) {
				if (this.asked.tryAcquire(100, TimeUnit.MILLISECONDS)) {
					String[] texts = new String[1 + this.asked.drainPermits()];
					Arrays.fill(texts, TEXT);
					this.statement.setArray(1, this.connection.createArrayOf("text", texts));
					this.statement.execute();
				}
			}
		}
		catch (SQLException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() throws SQLException {
		this.closed = true;
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.connection.close();
	}

}
