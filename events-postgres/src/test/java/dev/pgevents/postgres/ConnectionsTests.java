package dev.pgevents.postgres;

import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import javax.net.SocketFactory;
import javax.sql.DataSource;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.test.CapturedLog;
import dev.pgevents.postgres.test.TestPostgres;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Where the bus's two connections come from, what is set on them, and where they end.
 */
class ConnectionsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	private final String name = "bus" + UUID.randomUUID();

	private final EventType type = EventType.of("t" + UUID.randomUUID().toString().replace("-", "") + ".x");

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(PostgresEventBus.class.getName());

	@Test
	void busWithoutConnectionsIsRefused() {
		assertThatIllegalStateException().isThrownBy(() -> PostgresEventBus.builder().build())
			.withMessageContaining("dataSource(...)")
			.withMessageContaining("listener(...)");
	}

	@Test
	void dataSourceAloneListensAndPublishes() throws Exception {
		try (PostgresEventBus bus = builder().dataSource(database.dataSource()).build()) {
			assertThatEventsArrive(bus);
		}
	}

	@Test
	void dataSourceAndListenerMayBothBeADataSource() throws Exception {
		try (PostgresEventBus bus = builder().dataSource(database.dataSource())
			.listener(database.dataSource())
			.build()) {
			assertThatEventsArrive(bus);
		}
	}

	@Test
	void publishesWhereTheDataSourceGoesAndListensWhereTheListenerDoes() throws Exception {
		TestPostgres other = database.createDatabase();
		try (PostgresEventBus bus = builder().dataSource(database.dataSource())
			.listener(ConnectionSource.url(other.url(), other.user(), other.password()))
			.build(); Connection there = database.connect(); Statement listen = there.createStatement()) {
			listen.execute("LISTEN events");
			bus.publish(Event.of(this.type, null, null));
			await().atMost(LIMIT).until(() -> received(there).stream().anyMatch((text) -> text.contains(type())));
			EventStream stream = bus.open(SubscriptionFilter.types(this.type));
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			other.execute("SELECT pg_notify('events', '{\"type\":\"" + this.type + "\"}')");
			assertThat(stream.poll(LIMIT)).isInstanceOf(Event.class);
			await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.DEAF);
			assertThat(bus.status().connection().problem()).contains("another database");
		}
	}

	@Test
	void poolLendsNothingAndSaysWhereItGoesAsItIsConfiguredNow() throws Exception {
		for (HikariConfig config : List.of(byUrl(), byDataSource(), byClassName())) {
			config.setMaximumPoolSize(1);
			config.setConnectionTimeout(LIMIT.toMillis());
			try (HikariDataSource pool = new HikariDataSource(config);
					PostgresEventBus bus = builder().dataSource(pool).build()) {
				assertThatEventsArrive(bus);
				await().atMost(LIMIT).until(bus::isDelivering);
				assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
				// Those of the bus before may still be ending.
				await().atMost(LIMIT).until(() -> sessions("listener") == 1 && sessions("publisher") == 1);
			}
		}
		assertThat(warnings()).isEmpty();
	}

	private static HikariConfig byUrl() {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(database.url());
		config.setUsername(database.user());
		config.setPassword(database.password());
		return config;
	}

	private static HikariConfig byDataSource() {
		HikariConfig config = new HikariConfig();
		config.setDataSource(database.dataSource());
		return config;
	}

	private static HikariConfig byClassName() {
		HikariConfig config = new HikariConfig();
		config.setDataSourceClassName("org.postgresql.ds.PGSimpleDataSource");
		config.addDataSourceProperty("url", database.url());
		config.addDataSourceProperty("user", database.user());
		config.addDataSourceProperty("password", database.password());
		return config;
	}

	@Test
	void poolsPropertiesComeAlong() throws Exception {
		HikariConfig config = byUrl();
		config.addDataSourceProperty("options", "-c geqo_threshold=77");
		try (HikariDataSource pool = new HikariDataSource(config);
				Connection connection = ConnectionSource.of(pool).open(new Properties())) {
			assertThat(show(connection, "geqo_threshold")).isEqualTo("77");
		}
	}

	@Test
	void connectionsThatWereLentAreGivenBackAsTheyWere() throws Exception {
		try (BasicDataSource pool = pool()) {
			try (PostgresEventBus bus = builder().listener((settings) -> {
				Connection lent = pool.getConnection();
				lent.setAutoCommit(false);
				return lent;
			}).build()) {
				assertThatEventsArrive(bus);
				await().atMost(LIMIT).until(bus::isDelivering);
				assertThat(pool.getNumActive()).isEqualTo(2);
				assertThat(sessions("listener")).isEqualTo(1);
				assertThat(sessions("publisher")).isEqualTo(1);
				bus.serverStatus();
				assertThat(pool.getNumActive()).isEqualTo(2);
				assertThatIsAsConfigured(pool);
			}
			await().atMost(LIMIT).until(() -> pool.getNumActive() == 0);
			assertThat(pool.getNumIdle()).isEqualTo(3);
			for (int i = 0; i < 3; i++) {
				assertThatIsAsConfigured(pool);
			}
		}
		assertThat(warnings()).singleElement().asString().contains("lent").contains("ConnectionSource.url");
	}

	/** First in, first out, and with nothing that would set a connection back. */
	private static BasicDataSource pool() {
		BasicDataSource pool = new BasicDataSource();
		pool.setLifo(false);
		pool.setUrl(with(database.url(), "ApplicationName=it's%20ours"));
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		pool.setConnectionInitSqls(List.of("SET lock_timeout = '77s'", "SET idle_session_timeout = '1h'"));
		return pool;
	}

	private static void assertThatIsAsConfigured(DataSource pool) throws SQLException {
		try (Connection connection = pool.getConnection()) {
			assertThat(show(connection, "lock_timeout")).isEqualTo("77s");
			assertThat(show(connection, "idle_session_timeout")).isEqualTo("1h");
			assertThat(show(connection, "application_name")).isEqualTo("it's ours");
			assertThat(connection.getNetworkTimeout()).isZero();
			assertThat(text(connection, "SELECT count(*) FROM pg_listening_channels()")).isEqualTo("0");
		}
	}

	@Test
	void connectionsLentInVainAreGivenBackAsTheyWere() throws Exception {
		try (BasicDataSource pool = pool()) {
			SessionFactory sessions = new SessionFactory("events", (settings) -> {
				Connection lent = pool.getConnection();
				lent.setReadOnly(true);
				return (Connection) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(),
						new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
							if (method.getName().equals("createStatement") && lent.getNetworkTimeout() > 0) {
								throw new SQLException("deliberate");
							}
							return method.invoke(lent, arguments);
						});
			}, "pgevents " + this.name, LIMIT);
			assertThatExceptionOfType(SQLException.class).isThrownBy(sessions::open).withMessage("deliberate");
			assertThat(pool.getNumActive()).isZero();
		}
	}

	@Test
	void poolThatClosesAnAbandonedConnectionIsNamed() throws Exception {
		try (BasicDataSource pool = pool()) {
			pool.setRemoveAbandonedOnMaintenance(true);
			pool.setRemoveAbandonedTimeout(Duration.ofSeconds(1));
			pool.setDurationBetweenEvictionRuns(Duration.ofMillis(100));
			try (PostgresEventBus bus = builder().listener((settings) -> pool.getConnection()).build()) {
				await().atMost(LIMIT).until(bus::isDelivering);
				await().atMost(LIMIT)
					.until(() -> warnings().stream()
						.anyMatch((line) -> line.contains("abandoned") && line.contains("dataSource(pool)")));
			}
		}
	}

	@Test
	void poolThatClosesWhatIsAbandonedIsNotAskedToLend() throws Exception {
		try (BasicDataSource pool = pool();
				PostgresEventBus bus = builder().dataSource(pool).heartbeat(Duration.ofMillis(50)).build()) {
			assertThatEventsArrive(bus);
			bus.serverStatus();
			assertThat(pool.getNumActive() + pool.getNumIdle()).isZero();
		}
		assertThat(warnings()).isEmpty();
	}

	@Test
	void socketFactoryOfTheUrlIsKeptWithOneLogLineAndLeavesNothingBehind() throws Exception {
		String url = with(database.url(), "socketFactory=" + OwnSocketFactory.class.getName());
		int before = OwnSocketFactory.sockets.size();
		try (PostgresEventBus bus = builder().listener(ConnectionSource.url(url, database.user(), database.password()))
			.build()) {
			assertThatEventsArrive(bus);
			await().atMost(LIMIT).until(bus::isDelivering);
			assertThat(database.terminate("pgevents " + this.name + " listener")).isEqualTo(1);
			await().atMost(LIMIT).until(() -> OwnSocketFactory.sockets.size() >= before + 3 && bus.isDelivering());
			assertThatEventsArrive(bus);
		}
		assertThat(warnings()).filteredOn((line) -> line.contains("socket factory of its own"))
			.singleElement()
			.asString()
			.contains("millisecond");
		await().atMost(LIMIT).until(() -> sessions("%") == 0);
		await().atMost(LIMIT).until(() -> OwnSocketFactory.sockets.stream().allMatch(Socket::isClosed));
	}

	@Test
	void settingsAreOursWhateverTheDatabasesAre() throws Exception {
		TestPostgres strict = database.createDatabase();
		String databaseName = strict.url().replaceFirst(".*/([^?]*).*", "$1");
		strict.execute("ALTER DATABASE " + databaseName + " SET idle_session_timeout = '1h'");
		strict.execute("ALTER DATABASE " + databaseName + " SET lock_timeout = '77s'");
		List<Opened> opened = new CopyOnWriteArrayList<>();
		ConnectionSource source = ConnectionSource.url(with(strict.url(), "ApplicationName=app"), strict.user(),
				strict.password());
		try (PostgresEventBus bus = builder().listener((settings) -> {
			Connection connection = source.open(settings);
			opened.add(new Opened(settings, connection));
			return connection;
		}).lockTimeout(Duration.ofMillis(1234)).heartbeat(Duration.ofMillis(50)).build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			assertThat(opened).hasSize(2).allSatisfy((session) -> {
				assertThat(show(session.connection(), "idle_session_timeout")).isEqualTo("0");
				assertThat(session.connection().getAutoCommit()).isTrue();
				assertThat(session.settings()).containsEntry("tcpKeepAlive", "true")
					.containsEntry("targetServerType", "primary");
			});
			assertThat(show(only(opened, "publisher"), "lock_timeout")).isEqualTo("1234ms");
			assertThat(show(only(opened, "listener"), "lock_timeout")).isEqualTo("77s");
			assertThat(sessions("publisher")).isEqualTo(1);
			assertThat(sessions("listener")).isEqualTo(1);
		}
		await().atMost(LIMIT).until(() -> sessions("%") == 0);
	}

	private static Connection only(List<Opened> opened, String purpose) {
		return opened.stream()
			.filter((session) -> session.settings().getProperty("ApplicationName").endsWith(purpose))
			.findFirst()
			.orElseThrow()
			.connection();
	}

	private static String with(String url, String parameter) {
		return url + (url.contains("?") ? "&" : "?") + parameter;
	}

	private PostgresEventBus.Builder builder() {
		return PostgresEventBus.builder().name(this.name);
	}

	private void assertThatEventsArrive(PostgresEventBus bus) throws Exception {
		try (EventStream stream = bus.open(SubscriptionFilter.types(this.type))) {
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			Event event = Event.of(this.type, null, 1);
			bus.publish(event);
			Object delivery = stream.poll(LIMIT);
			while (delivery instanceof Gap) {
				delivery = stream.poll(LIMIT);
			}
			assertThat(delivery).isEqualTo(event);
		}
	}

	private String type() {
		return this.type.value();
	}

	private long sessions(String purpose) throws SQLException {
		return database.query("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pgevents " + this.name
				+ " " + purpose + "'");
	}

	private List<String> warnings() {
		return this.log.lines()
			.stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	private static List<String> received(Connection connection) throws SQLException {
		List<String> texts = new ArrayList<>();
		for (var notification : connection.unwrap(PGConnection.class).getNotifications(100)) {
			texts.add(notification.getParameter());
		}
		return texts;
	}

	private static String show(Connection connection, String setting) throws SQLException {
		return text(connection, "SELECT current_setting('" + setting + "')");
	}

	private static String text(Connection connection, String query) throws SQLException {
		try (var statement = connection.createStatement(); var rows = statement.executeQuery(query)) {
			rows.next();
			return rows.getString(1);
		}
	}

	private record Opened(Properties settings, Connection connection) {

	}

	/** A socket factory as users have them: for a proxy, say. */
	public static final class OwnSocketFactory extends SocketFactory {

		static final List<Socket> sockets = new CopyOnWriteArrayList<>();

		@Override
		public Socket createSocket() {
			Socket socket = new Socket();
			sockets.add(socket);
			return socket;
		}

		@Override
		public Socket createSocket(String host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(java.net.InetAddress host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(String host, int port, java.net.InetAddress localHost, int localPort) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(java.net.InetAddress host, int port, java.net.InetAddress localHost, int localPort) {
			throw new UnsupportedOperationException();
		}

	}

}
