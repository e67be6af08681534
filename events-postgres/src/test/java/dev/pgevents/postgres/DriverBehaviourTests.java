package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Properties;

import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

/**
 * What <code>docs/compatibility.md</code> says of pgjdbc's settings: where a release
 * changes it, the page is wrong.
 */
class DriverBehaviourTests {

	private static final TestPostgres database = TestPostgres.shared();

	private static Connection connect(String... settings) throws SQLException {
		Properties properties = new Properties();
		properties.setProperty("user", database.user());
		properties.setProperty("password", database.password());
		for (int i = 0; i < settings.length; i += 2) {
			properties.setProperty(settings[i], settings[i + 1]);
		}
		return DriverManager.getConnection(database.url(), properties);
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/** How many notifications have come by the time the server answers a query. */
	private static int arrived(Connection connection) throws SQLException {
		execute(connection, "SELECT 1");
		PGNotification[] notifications = connection.unwrap(PGConnection.class).getNotifications();
		return (notifications != null) ? notifications.length : 0;
	}

	@Test
	void commitOfATransactionThatFailedReturnsNormally() throws Exception {
		try (Connection connection = connect()) {
			execute(connection, "CREATE TEMPORARY TABLE t (i int)");
			connection.setAutoCommit(false);
			execute(connection, "INSERT INTO t VALUES (1)");
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, "SELECT 1/0"));
			connection.commit();
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
				rows.next();
				assertThat(rows.getInt(1)).isZero();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "simple", "extended", "extendedForPrepared", "extendedCacheEverything" })
	void busWorksInEachQueryMode(String mode) throws Exception {
		EventType type = EventType.of("mode." + mode.toLowerCase(Locale.ROOT));
		String separator = database.url().contains("?") ? "&" : "?";
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(database.url() + separator + "preferQueryMode=" + mode, database.user(),
					database.password()))
			.build(); EventStream stream = bus.open(SubscriptionFilter.types(type))) {
			stream.ready().get();
			Event event = Event.of(type, "1", null);
			bus.publish(event);
			assertThat(stream.take()).asInstanceOf(type(Event.class)).extracting(Event::id).isEqualTo(event.id());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "simple", "extended", "extendedForPrepared", "extendedCacheEverything" })
	void notifyTakesNoParameters(String mode) throws Exception {
		try (Connection connection = connect("preferQueryMode", mode);
				PreparedStatement notify = connection.prepareStatement("NOTIFY c, ?")) {
			notify.setString(1, "text");
			assertThatExceptionOfType(SQLException.class).isThrownBy(notify::execute)
				.extracting(SQLException::getSQLState)
				.isEqualTo("42601");
		}
	}

	@Test
	void connectionForReplicationIsAnOrdinaryOneUnlessTheServersVersionIsAssumed() throws Exception {
		try (Connection connection = connect("replication", "database")) {
			execute(connection, "LISTEN c");
		}
		try (Connection connection = connect("replication", "database", "assumeMinServerVersion", "9.4",
				"preferQueryMode", "simple")) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, "LISTEN c"))
				.extracting(SQLException::getSQLState)
				.isEqualTo("0A000");
		}
	}

	/** Equal notifications of one transaction are one. */
	@Test
	void batchInAutocommitIsATransactionForEach255Entries() throws Exception {
		assertThat(arrivedOfABatchOf(255)).isEqualTo(1);
		assertThat(arrivedOfABatchOf(256)).isEqualTo(2);
	}

	private static int arrivedOfABatchOf(int size) throws SQLException {
		try (Connection listener = connect(); Connection connection = connect()) {
			execute(listener, "LISTEN batches");
			try (PreparedStatement notify = connection.prepareStatement("SELECT pg_notify('batches', ?)")) {
				for (int i = 0; i < size; i++) {
					notify.setString(1, "same");
					notify.addBatch();
				}
				notify.executeBatch();
			}
			return arrived(listener);
		}
	}

	@Test
	void connectionThatTheServerEndedIsNotClosed() throws Exception {
		try (Connection connection = connect()) {
			PGConnection listener = connection.unwrap(PGConnection.class);
			database.query("SELECT count(pg_terminate_backend(" + listener.getBackendPID() + ", 30000))");
			assertThat(connection.isClosed()).isFalse();
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> listener.getNotifications(0))
				.extracting(SQLException::getSQLState)
				.isEqualTo("57P01");
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> listener.getNotifications(0))
				.extracting(SQLException::getSQLState)
				.isEqualTo("08006");
		}
	}

	@Test
	void socketTimeoutEndsAWaitWithoutLimit() throws Exception {
		try (Connection connection = connect("socketTimeout", "1")) {
			PGNotification[] notifications = connection.unwrap(PGConnection.class).getNotifications(0);
			assertThat(notifications).isNullOrEmpty();
			assertThat(arrived(connection)).as("it still works").isZero();
		}
	}

	@Test
	void optionsOfTheUrlHoldForTheSession() throws Exception {
		try (Connection connection = connect("options", "-c statement_timeout=12345");
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("SHOW statement_timeout")) {
			rows.next();
			assertThat(rows.getString(1)).isEqualTo("12345ms");
		}
	}

	@Test
	void tlsAtOnceIsNoConnectionWhereTheServerHasNone() {
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> connect("sslNegotiation", "direct", "sslmode", "prefer"));
	}

}
