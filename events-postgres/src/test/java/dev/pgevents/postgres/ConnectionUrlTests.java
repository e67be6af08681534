package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;

import com.p6spy.engine.spy.P6SpyDriver;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.jdbc.PgConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * URLs of drivers around pgjdbc.
 */
class ConnectionUrlTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	@ParameterizedTest
	@ValueSource(strings = { "p6spy", "otel", "aws-wrapper" })
	void looksBehindTheDriversThatOnlyWatch(String wrapper) throws Exception {
		try (Connection connection = source(wrapped(wrapper)).open(new Properties())) {
			assertThat(connection).isInstanceOf(PgConnection.class);
		}
	}

	@Test
	void looksBehindTheUrlOfAPool() throws Exception {
		HikariDataSource pool = new HikariDataSource();
		pool.setDriverClassName(P6SpyDriver.class.getName());
		pool.setJdbcUrl(wrapped("p6spy"));
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		try (pool; PostgresEventBus bus = PostgresEventBus.builder().dataSource(pool).build()) {
			assertThatAnEventArrives(bus);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:log4jdbc:postgresql://user:hidden@host/db",
			"jdbc:snooper:postgresql://host/db?password=hidden" })
	void namesAWrapperThatItDoesNotKnow(String url) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> PostgresEventBus.builder().listener(ConnectionSource.url(url, null, null)))
			.withMessageContainingAll(url.substring(0, url.indexOf(":postgresql")) + ":…", "wraps others",
					"events.postgres.url", "ConnectionSource.url")
			.withMessageNotContaining("hidden");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:mysql://host/db?password=hidden", "postgres://user:hidden@host/db", "hidden" })
	void refusesWhatIsNotPostgres(String url) {
		assertThatIllegalArgumentException().isThrownBy(() -> ConnectionSource.url(url, null, null))
			.withMessageContaining("jdbc:postgresql:")
			.withMessageNotContaining("hidden");
	}

	@Test
	void saysWhatToDoWhereTestcontainersIsNotThere() {
		List<Driver> drivers = without((driver) -> driver.getClass().getName().contains("testcontainers"));
		try {
			assertThatIllegalArgumentException()
				.isThrownBy(() -> ConnectionSource.url("jdbc:tc:postgresql:17:///db", null, null))
				.withMessageContainingAll("\"jdbc:tc:…\"", "@ServiceConnection");
		}
		finally {
			drivers.forEach(ConnectionUrlTests::register);
		}
	}

	@Test
	void goesThroughTestcontainersToTheContainerOfTheApplication() throws Exception {
		List<Driver> drivers = without((driver) -> driver.getClass().getName().contains("testcontainers"));
		ContainerDriver fake = new ContainerDriver();
		register(fake);
		String url = "jdbc:tc:postgresql:17:///db?TC_DAEMON=true&ApplicationName=app";
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(url, null, null))
			.build()) {
			assertThatAnEventArrives(bus);
			assertThat(fake.urls).containsOnly(url);
		}
		finally {
			DriverManager.deregisterDriver(fake);
			drivers.forEach(ConnectionUrlTests::register);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "iam", "failover,awsSecretsManager", "federatedAuth", "okta" })
	void takesTheAwsWrapperItselfWhereItHasThePasswords(String plugins) {
		List<Driver> drivers = without((driver) -> driver.getClass().getName().startsWith("software.amazon"));
		Properties properties = new Properties();
		properties.setProperty("wrapperPlugins", plugins);
		try {
			for (ThrowingSource source : List.<ThrowingSource>of(
					() -> ConnectionSource.url(wrapped("aws-wrapper") + "&wrapperPlugins=" + plugins, null, null),
					() -> ConnectionSource.url(wrapped("aws-wrapper"), properties))) {
				assertThatIllegalArgumentException().isThrownBy(source::get)
					.withMessageContainingAll("no driver", "ConnectionSource that asks for the password");
			}
		}
		finally {
			drivers.forEach(ConnectionUrlTests::register);
		}
	}

	private static String wrapped(String wrapper) {
		String url = database.url().replace("jdbc:", "jdbc:" + wrapper + ":");
		return url + (url.contains("?") ? "&" : "?") + "tcpKeepAlive=true";
	}

	private static ConnectionSource source(String url) {
		return ConnectionSource.url(url, database.user(), database.password());
	}

	private static void assertThatAnEventArrives(PostgresEventBus bus) throws Exception {
		EventType type = EventType.of("url.tested");
		try (EventStream stream = bus.open(SubscriptionFilter.types(type))) {
			stream.ready().get(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
			Event event = Event.of(type, null, 1);
			bus.publish(event);
			assertThat(stream.poll(LIMIT)).isEqualTo(event);
		}
	}

	/** Takes drivers away for a while. */
	private static List<Driver> without(java.util.function.Predicate<Driver> which) {
		List<Driver> taken = new ArrayList<>();
		for (Driver driver : Collections.list(DriverManager.getDrivers())) {
			if (which.test(driver)) {
				taken.add(driver);
				try {
					DriverManager.deregisterDriver(driver);
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
			}
		}
		return taken;
	}

	private static void register(Driver driver) {
		try {
			DriverManager.registerDriver(driver);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@FunctionalInterface
	private interface ThrowingSource {

		ConnectionSource get();

	}

	/**
	 * As Testcontainers' own: it knows host, port, user and password, and passes the rest
	 * on.
	 */
	private static final class ContainerDriver implements Driver {

		private final List<String> urls = new CopyOnWriteArrayList<>();

		@Override
		public Connection connect(String url, Properties info) throws SQLException {
			this.urls.add(url);
			Properties properties = new Properties(info);
			properties.setProperty("user", database.user());
			properties.setProperty("password", database.password());
			return new org.postgresql.Driver().connect(database.url(), properties);
		}

		@Override
		public boolean acceptsURL(String url) {
			return url.startsWith("jdbc:tc:");
		}

		@Override
		public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
			return new DriverPropertyInfo[0];
		}

		@Override
		public int getMajorVersion() {
			return 1;
		}

		@Override
		public int getMinorVersion() {
			return 0;
		}

		@Override
		public boolean jdbcCompliant() {
			return false;
		}

		@Override
		public Logger getParentLogger() {
			return Logger.getGlobal();
		}

	}

}
