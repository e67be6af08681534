package dev.pgevents.postgres.internal.publish;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Backoff;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;

class PublishingConnectionTests {

	private static final TestPostgres database = TestPostgres.shared();

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private final String channel = "c" + UUID.randomUUID().toString().replace("-", "");

	/** As PGlite's socket server sends to all its clients. */
	@Test
	void keepsNoNotificationThatComesBack() throws Exception {
		AtomicReference<Connection> driver = new AtomicReference<>();
		SessionFactory sessions = new SessionFactory("test", (settings) -> {
			settings.setProperty("user", database.user());
			settings.setProperty("password", database.password());
			driver.set(DriverManager.getConnection(database.url(), settings));
			return driver.get();
		}, "test", LIMIT);
		try (PublishingConnection connection = new PublishingConnection(sessions, new Backoff(LIMIT, 1, LIMIT), LIMIT,
				this::listen)) {
			for (int i = 0; i < 3; i++) {
				connection.send(List.of(new Notification(this.channel, "text")), System.nanoTime() + LIMIT.toNanos());
			}
			assertThat(driver.get().unwrap(PGConnection.class).getNotifications()).isNullOrEmpty();
		}
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
