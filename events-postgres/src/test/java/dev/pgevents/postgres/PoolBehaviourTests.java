package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.postgres.test.TestPostgres;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.vibur.dbcp.ViburDBCPDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What <code>docs/compatibility.md</code> says of pools that give a connection on: where
 * a release changes it, the page is wrong.
 */
class PoolBehaviourTests {

	private static final TestPostgres database = TestPostgres.shared();

	@ParameterizedTest
	@MethodSource("pools")
	void listenAndWhatArrivedGoToTheNextBorrower(Opener opener, boolean resetsTheTimeout) throws Exception {
		String channel = "c" + UUID.randomUUID().toString().replace("-", "");
		try (Pool pool = opener.open()) {
			try (Connection connection = pool.dataSource().getConnection();
					Statement statement = connection.createStatement()) {
				statement.execute("LISTEN " + channel);
				connection.setNetworkTimeout(Runnable::run, 12_345);
			}
			database.execute("NOTIFY " + channel);
			try (Connection connection = pool.dataSource().getConnection();
					Statement statement = connection.createStatement()) {
				statement.execute("SELECT 1");
				PGNotification[] notifications = connection.unwrap(PGConnection.class).getNotifications();
				assertThat(notifications).isNotNull()
					.extracting(PGNotification::getName)
					.as("what arrived while nobody had the connection")
					.containsExactly(channel);
				assertThat(connection.getNetworkTimeout() == 12_345).as("the last borrower's network timeout")
					.isNotEqualTo(resetsTheTimeout);
			}
		}
	}

	static Stream<Arguments> pools() {
		return Stream.of(pool("HikariCP", true, PoolBehaviourTests::hikari),
				pool("DBCP2", false, PoolBehaviourTests::dbcp2), pool("Tomcat JDBC", false, PoolBehaviourTests::tomcat),
				pool("c3p0", false, PoolBehaviourTests::c3p0), pool("Agroal", false, PoolBehaviourTests::agroal),
				pool("Vibur", false, PoolBehaviourTests::vibur));
	}

	private static Arguments pool(String name, boolean resetsTheTimeout, Opener opener) {
		return Arguments.of(Named.of(name, opener), resetsTheTimeout);
	}

	private static Pool hikari() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		pool.setMaximumPoolSize(1);
		return new Pool(pool, pool::close);
	}

	private static Pool dbcp2() {
		BasicDataSource pool = new BasicDataSource();
		pool.setUrl(database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		pool.setMaxTotal(1);
		return new Pool(pool, () -> close(pool));
	}

	private static Pool tomcat() {
		org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource();
		pool.setDriverClassName("org.postgresql.Driver");
		pool.setUrl(database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		pool.setMaxActive(1);
		pool.setInitialSize(1);
		return new Pool(pool, pool::close);
	}

	private static Pool c3p0() {
		ComboPooledDataSource pool = new ComboPooledDataSource();
		pool.setJdbcUrl(database.url());
		pool.setUser(database.user());
		pool.setPassword(database.password());
		pool.setInitialPoolSize(1);
		pool.setMinPoolSize(1);
		pool.setMaxPoolSize(1);
		return new Pool(pool, pool::close);
	}

	private static Pool agroal() throws SQLException {
		AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
			.connectionPoolConfiguration((settings) -> settings.maxSize(1)
				.connectionFactoryConfiguration((factory) -> factory.jdbcUrl(database.url())
					.principal(new NamePrincipal(database.user()))
					.credential(new SimplePassword(database.password())))));
		return new Pool(pool, pool::close);
	}

	private static Pool vibur() {
		ViburDBCPDataSource pool = new ViburDBCPDataSource();
		pool.setJdbcUrl(database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		pool.setPoolInitialSize(1);
		pool.setPoolMaxSize(1);
		pool.start();
		return new Pool(pool, pool::close);
	}

	private static void close(BasicDataSource pool) {
		try {
			pool.close();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Opens a pool of one connection. */
	@FunctionalInterface
	interface Opener {

		Pool open() throws Exception;

	}

	private record Pool(DataSource dataSource, Runnable end) implements AutoCloseable {

		@Override
		public void close() {
			this.end.run();
		}

	}

}
