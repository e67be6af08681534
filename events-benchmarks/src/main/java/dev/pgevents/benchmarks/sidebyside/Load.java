package dev.pgevents.benchmarks.sidebyside;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.pgevents.benchmarks.BenchmarkServer;

/**
 * The publisher of all receivers: one plain connection of pgjdbc.
 */
class Load implements AutoCloseable {

	static final int MAX_BATCH = 1000;

	private final Connection connection;

	private final PreparedStatement one;

	private final PreparedStatement many;

	private long number;

	Load(BenchmarkServer server) throws SQLException {
		this.connection = server.connect();
		this.one = this.connection.prepareStatement("SELECT pg_notify(?, ?)");
		this.many = this.connection.prepareStatement("SELECT count(pg_notify(?, p)) FROM unnest(?::text[]) AS n(p)");
	}

	/** Sends one by one with a pause of 5 to 10 ms before each. */
	void idle(String channel, int count) throws SQLException {
		for (int i = 0; i < count; i++) {
			LockSupport.parkNanos(ThreadLocalRandom.current()
				.nextLong(TimeUnit.MILLISECONDS.toNanos(5), TimeUnit.MILLISECONDS.toNanos(10)));
			send(channel, Recording.now());
		}
	}

	/**
	 * Sends at a rate, whatever becomes of it: what is due goes out in one statement,
	 * each with the time at which it was due.
	 * @return how many were sent
	 */
	long steady(String channel, int perSecond, long millis) throws SQLException {
		long interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
		long total = perSecond * millis / 1000;
		long start = Recording.now() + interval;
		long sent = 0;
		while (sent < total) {
			long now = Recording.now();
			long due = Math.min(total, (now - start) / interval + 1) - sent;
			if (due <= 0) {
				LockSupport.parkNanos(start + sent * interval - now);
				continue;
			}
			int batch = (int) Math.min(due, MAX_BATCH);
			send(channel, start + sent * interval, interval, batch);
			sent += batch;
		}
		return total;
	}

	/**
	 * Sends one after the other for a while, each as soon as the last one is accepted.
	 */
	long stream(String channel, long millis) throws SQLException {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		long sent = 0;
		while (System.nanoTime() < end) {
			send(channel, Recording.now());
			sent++;
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
		}
		return sent;
	}

	/**
	 * Sends a burst in one transaction.
	 * @return when it was committed
	 */
	long burst(String channel, int count) throws SQLException {
		this.connection.setAutoCommit(false);
		try (Statement statement = this.connection.createStatement()) {
			statement.execute(burst(channel, 1, count));
			this.connection.commit();
			return Recording.now();
		}
		finally {
			this.connection.setAutoCommit(true);
		}
	}

	/**
	 * Sends a burst in transactions of a thousand, so that it is received while it is
	 * sent.
	 * @return when that began
	 */
	long thousands(String channel, int count) throws SQLException {
		long start = Recording.now();
		try (Statement statement = this.connection.createStatement()) {
			for (int sent = 0; sent < count; sent += MAX_BATCH) {
				statement.execute(burst(channel, sent + 1, Math.min(count, sent + MAX_BATCH)));
			}
		}
		return start;
	}

	private static String burst(String channel, int from, int to) {
		return "SELECT count(pg_notify('" + channel + "', " + Sent.notificationSql(channel) + ")) FROM generate_series("
				+ from + ", " + to + ") AS s(n)";
	}

	/** Ends the session of the receiver: all but the harness' own and publishing ones. */
	void killReceiver() throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type ="
					+ " 'client backend' AND application_name NOT IN ('" + BenchmarkServer.OWN_NAME
					+ "') AND application_name NOT LIKE '%publisher'");
		}
	}

	void send(String channel, long sent) throws SQLException {
		this.one.setString(1, channel);
		this.one.setString(2, next(sent).notification(channel));
		this.one.execute();
	}

	void send(String channel, long firstDue, long interval, int count) throws SQLException {
		if (count == 1) {
			send(channel, firstDue);
			return;
		}
		String[] notifications = new String[count];
		for (int i = 0; i < count; i++) {
			notifications[i] = next(firstDue + i * interval).notification(channel);
		}
		this.many.setString(1, channel);
		this.many.setArray(2, this.connection.createArrayOf("text", notifications));
		this.many.execute();
	}

	/** The next payload. */
	final Sent next(long sent) {
		return new Sent(sent, this.number++);
	}

	@Override
	public void close() throws SQLException {
		this.connection.close();
	}

}
