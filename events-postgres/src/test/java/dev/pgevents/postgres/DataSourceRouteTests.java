package dev.pgevents.postgres;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Logger;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.mchange.v2.c3p0.DataSources;
import com.p6spy.engine.spy.P6DataSource;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.pgevents.postgres.test.TestPostgres;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.commons.dbcp2.datasources.SharedPoolDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGConnectionPoolDataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PgConnection;
import org.vibur.dbcp.ViburDBCPDataSource;
import software.amazon.jdbc.ds.AwsWrapperDataSource;

import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What each pool and each wrapper tells of where it goes: the rows of
 * {@code docs/compatibility.md}.
 */
class DataSourceRouteTests {

	private static final String SUFFIX = UUID.randomUUID().toString().replace("-", "");

	/** Whoever is not asked for a user connects as somebody else. */
	private static final String USER = "user_" + SUFFIX;

	private static final String OTHER = "other_" + SUFFIX;

	/** A driver property, as one for TLS would be. */
	private static final String OPTIONS = "-c geqo_threshold=77";

	private static TestPostgres database;

	@BeforeAll
	static void createRoles() throws SQLException {
		database = TestPostgres.shared();
		database.execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + USER + "'");
		database.execute("CREATE ROLE " + OTHER + " LOGIN PASSWORD '" + OTHER + "'");
	}

	@AfterAll
	static void dropRoles() throws SQLException {
		database.execute("DROP ROLE " + USER + ", " + OTHER);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("known")
	void opensConnectionsBesideIt(String name, Supplier dataSource) throws Exception {
		try (Connection connection = ConnectionSource.of(dataSource.get()).open(settings())) {
			assertThat(connection).isInstanceOf(PgConnection.class);
			assertThat(text(connection, "SELECT session_user")).isEqualTo(USER);
			assertThat(text(connection, "SELECT current_database()")).isEqualTo(databaseName());
			assertThat(text(connection, "SHOW application_name")).isEqualTo("pgevents " + SUFFIX);
			assertThat(text(connection, "SHOW geqo_threshold")).isEqualTo("77");
		}
	}

	static Stream<Arguments> known() {
		return Stream.of(row("pgjdbc, simple", () -> pgjdbc(new PGSimpleDataSource())),
				row("pgjdbc, with its own pool", DataSourceRouteTests::driversOwnPool),
				row("HikariCP, URL", DataSourceRouteTests::hikari),
				row("HikariCP, DataSource", DataSourceRouteTests::hikariOfDataSource),
				row("HikariCP, DataSource and user", DataSourceRouteTests::hikariOfDataSourceAndUser),
				row("HikariCP, class", () -> hikariOfClass((pool) -> {
					pool.setUsername(USER);
					pool.setPassword(USER);
				})),
				row("HikariCP, class and credentials provider",
						() -> hikariOfClass((pool) -> pool.setCredentialsProvider(() -> Credentials.of(USER, USER)))),
				row("HikariCP, subclass that gives the password", DataSourceRouteTests::hikariSubclass),
				row("DBCP2, basic", DataSourceRouteTests::dbcp), row("DBCP2, shared", DataSourceRouteTests::dbcpShared),
				row("Tomcat JDBC, URL", DataSourceRouteTests::tomcat),
				row("Tomcat JDBC, DataSource", DataSourceRouteTests::tomcatOfDataSource),
				row("c3p0, URL", DataSourceRouteTests::c3p0),
				row("c3p0, DataSource", () -> DataSources.pooledDataSource(pgjdbc(new PGSimpleDataSource()))),
				row("Agroal", DataSourceRouteTests::agroal), row("Vibur, URL", DataSourceRouteTests::vibur),
				row("Vibur, DataSource", DataSourceRouteTests::viburOfDataSource),
				row("p6spy of HikariCP", () -> new P6DataSource(hikari())),
				row("p6spy of DBCP2", () -> new P6DataSource(dbcp())),
				row("datasource-proxy of HikariCP", () -> ProxyDataSourceBuilder.create(hikari()).build()),
				row("datasource-proxy of Tomcat JDBC", () -> ProxyDataSourceBuilder.create(tomcat()).build()),
				row("HikariCP of datasource-proxy", DataSourceRouteTests::hikariOfProxy),
				row("AWS wrapper, URL", DataSourceRouteTests::aws),
				row("Spring's of a URL", DataSourceRouteTests::springOfUrl),
				row("Spring's lazy of Tomcat JDBC", () -> new LazyConnectionDataSourceProxy(tomcat())),
				row("Spring's transaction-aware of Vibur", () -> new TransactionAwareDataSourceProxy(vibur())),
				row("Spring's routing, default target", () -> routing(hikari())),
				row("Spring's lazy of its routing", () -> new LazyConnectionDataSourceProxy(routing(c3p0()))),
				row("what unwraps to pgjdbc's", () -> new Unwrapping(pgjdbc(new PGSimpleDataSource()))),
				row("what unwraps to HikariCP's, not as any DataSource", () -> new Unwrapping(hikari())),
				row("a proxy of HikariCP that is a DataSource and no more", () -> proxy(hikari(), DataSource.class)),
				row("a proxy of HikariCP with its interfaces", () -> proxy(hikari())),
				row("a proxy of Tomcat JDBC with its interfaces", () -> proxy(tomcat())));
	}

	@Test
	void isAskedAnewEachTime() throws Exception {
		AtomicReference<Credentials> credentials = new AtomicReference<>(Credentials.of(USER, USER));
		HikariDataSource pool = hikariOfClass((config) -> config.setCredentialsProvider(credentials::get));
		ConnectionSource source = ConnectionSource.of(pool);
		credentials.set(Credentials.of(OTHER, OTHER));
		try (Connection connection = source.open(settings())) {
			assertThat(text(connection, "SELECT session_user")).isEqualTo(OTHER);
		}
	}

	@Test
	void isNotAskedForPasswordsBeforeTheyAreNeeded() {
		HikariDataSource pool = hikariOfClass((config) -> config.setCredentialsProvider(() -> {
			throw new IllegalStateException("the vault is sealed");
		}));
		assertThat(ConnectionSource.of(pool)).isNotNull();
	}

	@Test
	void whoOpensHasTheLastWordOnTheUser() throws Exception {
		Properties settings = settings();
		settings.setProperty("user", OTHER);
		for (DataSource dataSource : new DataSource[] { hikari(), hikariOfDataSourceAndUser(), dbcp() }) {
			try (Connection connection = ConnectionSource.of(dataSource).open(settings)) {
				assertThat(text(connection, "SELECT session_user")).isEqualTo(OTHER);
			}
		}
	}

	@Test
	void refusesADataSourceThatDoesNotTell() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> PostgresEventBus.builder().dataSource(new Unwrapping(null)))
			.withMessageContainingAll(Unwrapping.class.getName(), "borrows none",
					"ConnectionSource.url(url, user, password)", "events.postgres.url");
	}

	@Test
	void refusesAPoolOfAnotherDatabaseWithoutShowingItsPassword() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:h2:mem:secret;PASSWORD=hidden");
		assertThatIllegalArgumentException().isThrownBy(() -> ConnectionSource.of(pool))
			.withMessageContaining("\"jdbc:h2:…\"")
			.withMessageNotContaining("hidden");
	}

	@Test
	void namesThePropertyThatAClassDoesNotHaveAndNotItsValue() {
		HikariDataSource pool = hikariOfClass((config) -> config.addDataSourceProperty("loginTimeout", "hidden"));
		assertThatIllegalArgumentException().isThrownBy(() -> ConnectionSource.of(pool))
			.withMessageContainingAll("\"loginTimeout\"", PGSimpleDataSource.class.getName())
			.withMessageNotContaining("hidden");
	}

	@Test
	void doesNotGoRoundInACircle() {
		DataSource circle = new LazyConnectionDataSourceProxy() {
			@Override
			public DataSource getTargetDataSource() {
				return this;
			}

			@Override
			public boolean isWrapperFor(Class<?> type) {
				return false;
			}
		};
		assertThatIllegalArgumentException().isThrownBy(() -> ConnectionSource.of(circle));
	}

	private static Properties settings() {
		Properties settings = new Properties();
		settings.setProperty("ApplicationName", "pgevents " + SUFFIX);
		return settings;
	}

	private static Arguments row(String name, Supplier dataSource) {
		return Arguments.of(name, dataSource);
	}

	private static <T extends org.postgresql.ds.common.BaseDataSource> T pgjdbc(T dataSource) {
		dataSource.setUrl(database.url());
		dataSource.setUser(USER);
		dataSource.setPassword(USER);
		dataSource.setOptions(OPTIONS);
		return dataSource;
	}

	@SuppressWarnings("deprecation") // and yet used
	private static DataSource driversOwnPool() {
		return pgjdbc(new org.postgresql.ds.PGPoolingDataSource());
	}

	private static HikariDataSource hikari() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(database.url());
		pool.setUsername(USER);
		pool.setPassword(USER);
		pool.addDataSourceProperty("options", OPTIONS);
		return pool;
	}

	private static HikariDataSource hikariOfDataSource() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(pgjdbc(new PGSimpleDataSource()));
		return pool;
	}

	private static HikariDataSource hikariOfDataSourceAndUser() {
		PGSimpleDataSource dataSource = pgjdbc(new PGSimpleDataSource());
		dataSource.setUser(OTHER);
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(dataSource);
		pool.setUsername(USER);
		pool.setPassword(USER);
		return pool;
	}

	private static HikariDataSource hikariOfClass(Consumer<HikariDataSource> credentials) {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
		pool.addDataSourceProperty("url", database.url());
		pool.addDataSourceProperty("options", OPTIONS);
		pool.addDataSourceProperty("prepareThreshold", 3);
		pool.addDataSourceProperty("tcpKeepAlive", "true");
		pool.addDataSourceProperty("autosave", "always");
		credentials.accept(pool);
		return pool;
	}

	/** As people write it for short-lived tokens. */
	private static DataSource hikariSubclass() {
		HikariDataSource pool = new HikariDataSource() {
			@Override
			public String getUsername() {
				return USER;
			}

			@Override
			public String getPassword() {
				return USER;
			}
		};
		pool.setJdbcUrl(database.url());
		pool.addDataSourceProperty("options", OPTIONS);
		return pool;
	}

	private static DataSource hikariOfProxy() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(ProxyDataSourceBuilder.create(pgjdbc(new PGSimpleDataSource())).build());
		return pool;
	}

	private static BasicDataSource dbcp() {
		BasicDataSource pool = new BasicDataSource();
		pool.setUrl(database.url());
		pool.setUsername(USER);
		pool.setPassword(USER);
		pool.addConnectionProperty("options", OPTIONS);
		return pool;
	}

	private static DataSource dbcpShared() {
		SharedPoolDataSource pool = new SharedPoolDataSource();
		pool.setConnectionPoolDataSource(pgjdbc(new PGConnectionPoolDataSource()));
		return pool;
	}

	private static org.apache.tomcat.jdbc.pool.DataSource tomcat() {
		org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource();
		pool.setUrl(database.url());
		pool.setUsername(USER);
		pool.setPassword(USER);
		pool.setConnectionProperties("options=" + OPTIONS);
		return pool;
	}

	private static DataSource tomcatOfDataSource() {
		org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource();
		pool.setDataSource(pgjdbc(new PGSimpleDataSource()));
		return pool;
	}

	private static ComboPooledDataSource c3p0() {
		ComboPooledDataSource pool = new ComboPooledDataSource();
		Properties properties = new Properties();
		properties.setProperty("options", OPTIONS);
		pool.setProperties(properties);
		pool.setJdbcUrl(database.url());
		pool.setUser(USER);
		pool.setPassword(USER);
		return pool;
	}

	private static DataSource agroal() throws SQLException {
		return AgroalDataSource
			.from(new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration((pool) -> pool.maxSize(1)
				.connectionFactoryConfiguration((factory) -> factory.jdbcUrl(database.url())
					.principal(new NamePrincipal(USER))
					.credential(new SimplePassword(USER))
					.jdbcProperty("options", OPTIONS))));
	}

	private static ViburDBCPDataSource vibur() {
		ViburDBCPDataSource pool = new ViburDBCPDataSource();
		pool.setJdbcUrl(database.url());
		pool.setUsername(USER);
		pool.setPassword(USER);
		Properties properties = new Properties();
		properties.setProperty("options", OPTIONS);
		pool.setDriverProperties(properties);
		return pool;
	}

	private static DataSource viburOfDataSource() {
		ViburDBCPDataSource pool = new ViburDBCPDataSource();
		pool.setExternalDataSource(pgjdbc(new PGSimpleDataSource()));
		return pool;
	}

	private static DataSource aws() {
		AwsWrapperDataSource dataSource = new AwsWrapperDataSource();
		dataSource.setJdbcUrl(database.url().replace("jdbc:", "jdbc:aws-wrapper:"));
		dataSource.setUser(USER);
		dataSource.setPassword(USER);
		Properties properties = new Properties();
		properties.setProperty("options", OPTIONS);
		dataSource.setTargetDataSourceProperties(properties);
		return dataSource;
	}

	private static DataSource springOfUrl() {
		DriverManagerDataSource dataSource = new DriverManagerDataSource(database.url(), USER, USER);
		Properties properties = new Properties();
		properties.setProperty("options", OPTIONS);
		dataSource.setConnectionProperties(properties);
		return dataSource;
	}

	private static AbstractRoutingDataSource routing(DataSource target) {
		AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {
			@Override
			protected Object determineCurrentLookupKey() {
				return "other";
			}
		};
		routing.setDefaultTargetDataSource(target);
		routing.setTargetDataSources(Map.of("other", new PGSimpleDataSource()));
		routing.afterPropertiesSet();
		return routing;
	}

	/** As an aspect makes one. */
	private static DataSource proxy(DataSource target) {
		Map<Class<?>, Boolean> faces = new ConcurrentHashMap<>();
		for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
			Stream.of(type.getInterfaces()).forEach((face) -> faces.put(face, true));
		}
		return proxy(target, faces.keySet().toArray(Class<?>[]::new));
	}

	private static DataSource proxy(DataSource target, Class<?>... faces) {
		return (DataSource) Proxy.newProxyInstance(DataSourceRouteTests.class.getClassLoader(), faces,
				(proxy, method, arguments) -> {
					try {
						return method.invoke(target, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	private static String databaseName() throws SQLException {
		try (Connection connection = database.connect()) {
			return text(connection, "SELECT current_database()");
		}
	}

	private static String text(Connection connection, String query) throws SQLException {
		try (var statement = connection.createStatement(); var rows = statement.executeQuery(query)) {
			rows.next();
			return rows.getString(1);
		}
	}

	@FunctionalInterface
	interface Supplier {

		DataSource get() throws Exception;

	}

	/** Unwraps by class, as {@link java.sql.Wrapper} has it, and tells nothing else. */
	private record Unwrapping(DataSource inner) implements DataSource {

		@Override
		public Connection getConnection() throws SQLException {
			throw new SQLException("nothing is to be borrowed");
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

		@Override
		public PrintWriter getLogWriter() {
			return null;
		}

		@Override
		public void setLogWriter(PrintWriter out) {
		}

		@Override
		public void setLoginTimeout(int seconds) {
		}

		@Override
		public int getLoginTimeout() {
			return 0;
		}

		@Override
		public Logger getParentLogger() {
			return Logger.getGlobal();
		}

		@Override
		public <T> T unwrap(Class<T> type) throws SQLException {
			return type.cast((type == DataSource.class) ? this : this.inner);
		}

		@Override
		public boolean isWrapperFor(Class<?> type) {
			return type.isInstance(this) || type.isInstance(this.inner);
		}

	}

}
