package dev.pgevents.postgres.internal.publish;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Backoff;
import dev.pgevents.PublishException;
import dev.pgevents.internal.util.ManualTicker;
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.PlainSocketFactory;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.test.OwnThread;
import dev.pgevents.postgres.test.TestPostgres;
import org.apache.commons.dbcp2.DelegatingConnection;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PublishingConnectionTests {

	private static final TestPostgres database = TestPostgres.shared();

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final Duration HOUR = Duration.ofHours(1);

	private final String channel = "c" + UUID.randomUUID().toString().replace("-", "");

	private final String name = "publishing" + UUID.randomUUID();

	private final ManualTicker ticker = new ManualTicker();

	/** As PGlite's socket server sends to all its clients. */
	@Test
	void keepsNoNotificationThatComesBack() throws Exception {
		AtomicReference<Connection> driver = new AtomicReference<>();
		SessionFactory sessions = new SessionFactory("test", (settings) -> {
			driver.set(connect(settings));
			return driver.get();
		}, "test", LIMIT);
		try (PublishingConnection connection = new PublishingConnection(sessions, new Backoff(LIMIT, 1, LIMIT), LIMIT,
				this::listen, null, Ticker.SYSTEM)) {
			for (int i = 0; i < 3; i++) {
				connection.send(notifications(), System.nanoTime() + LIMIT.toNanos());
			}
			assertThat(driver.get().unwrap(PGConnection.class).getNotifications()).isNullOrEmpty();
		}
	}

	@Test
	void waitsLongerAfterEachAttemptThatFails() {
		try (PublishingConnection connection = connection(refusing(3))) {
			CompletableFuture<Void> sent = send(connection);
			assertThat(this.ticker.passWait()).isBetween(Duration.ofMinutes(48), HOUR);
			assertThat(this.ticker.passWait()).isBetween(Duration.ofMinutes(96), HOUR.multipliedBy(2));
			assertThat(this.ticker.passWait()).isBetween(Duration.ofMinutes(144), HOUR.multipliedBy(3));
			assertThat(sent).succeedsWithin(LIMIT);
		}
	}

	@Test
	void triesAtOnceWhereTheDatabaseIsKnownToAnswer() {
		try (PublishingConnection connection = connection(refusing(1))) {
			CompletableFuture<Void> sent = send(connection);
			this.ticker.awaitWait();
			connection.retryNow();
			assertThat(sent).succeedsWithin(LIMIT);
		}
	}

	@Test
	void doesNotWaitForAnAttemptThatWouldComeTooLate() {
		try (PublishingConnection connection = connection(refusing(1))) {
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> connection.send(notifications(), System.nanoTime() + LIMIT.toNanos()))
				.withMessageContaining("deliberate")
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(PublishException.Outcome.NOT_PUBLISHED));
		}
	}

	@Test
	void givesItsSessionAwayIfItLooksWell() throws Exception {
		try (PublishingConnection connection = connection(refusing(0))) {
			assertThat(connection.giveAway()).as("none yet").isNull();
			publish(connection);
			try (Session given = connection.giveAway()) {
				assertThat(given).isNotNull();
				assertThat(connection.giveAway()).as("twice").isNull();
			}
			publish(connection);
			database.terminate(this.name);
			assertThat(connection.giveAway()).as("one that has ended").isNull();
			publish(connection);
		}
	}

	/** A pool would find it with a LISTEN on it. */
	@Test
	void keepsASessionThatWasLent() {
		SessionFactory lending = new SessionFactory("test", (settings) -> new DelegatingConnection<>(connect(settings)),
				this.name, LIMIT);
		try (PublishingConnection connection = connection(lending)) {
			publish(connection);
			assertThat(connection.giveAway()).isNull();
		}
	}

	/** Its reading thread could not be woken. */
	@Test
	void keepsASessionOfAnotherSocketFactory() {
		SessionFactory sessions = new SessionFactory("test", (settings) -> {
			settings.setProperty("socketFactory", PlainSocketFactory.class.getName());
			return connect(settings);
		}, this.name, LIMIT);
		try (PublishingConnection connection = connection(sessions)) {
			publish(connection);
			assertThat(connection.giveAway()).isNull();
		}
	}

	private void publish(PublishingConnection connection) {
		connection.send(notifications(), System.nanoTime() + LIMIT.toNanos());
	}

	private PublishingConnection connection(SessionFactory sessions) {
		return new PublishingConnection(sessions, new Backoff(HOUR, 2, HOUR.multipliedBy(3)), LIMIT, (session) -> {
		}, null, this.ticker);
	}

	private CompletableFuture<Void> send(PublishingConnection connection) {
		return CompletableFuture.runAsync(
				() -> connection.send(notifications(), System.nanoTime() + Duration.ofDays(1).toNanos()),
				OwnThread.EACH);
	}

	private List<Notification> notifications() {
		return List.of(new Notification(this.channel, "text"));
	}

	/** Sessions of a database that refuses so many connections. */
	private SessionFactory refusing(int connections) {
		AtomicInteger refused = new AtomicInteger();
		return new SessionFactory("test", (settings) -> {
			if (refused.getAndIncrement() < connections) {
				throw new SQLException("deliberate");
			}
			return connect(settings);
		}, this.name, LIMIT);
	}

	private static Connection connect(Properties settings) throws SQLException {
		settings.setProperty("user", database.user());
		settings.setProperty("password", database.password());
		return DriverManager.getConnection(database.url(), settings);
	}

	private void listen(Session session) {
		try {
			session.execute("LISTEN " + this.channel);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
