package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Opens connections for a bus to keep. Asked anew at every attempt, so that rotated
 * passwords and short-lived tokens work, as in <pre>{@code
 * ConnectionSource source = (settings) -> ConnectionSource.url(url, user, token()).open(settings);
 * }</pre> Thread-safe.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ConnectionSource {

	/**
	 * Opens a new connection that belongs to no pool.
	 * @param settings properties of pgjdbc that the bus needs; they win over the source's
	 * own, except that a {@code socketFactory} of the user's is kept
	 * @return a connection of pgjdbc, or one that unwraps to it; the caller closes it
	 * @throws SQLException if it cannot be opened
	 */
	Connection open(Properties settings) throws SQLException;

	/**
	 * Connections to a URL.
	 * @param url a URL of pgjdbc: {@code jdbc:postgresql://…}; several hosts follow a
	 * failover
	 * @param user the user, or null where the URL names it
	 * @param password the password, or null for none
	 * @return the source
	 * @throws IllegalArgumentException if it is no URL of PostgreSQL
	 */
	static ConnectionSource url(String url, @Nullable String user, @Nullable String password) {
		return url(url, PoolSettings.credentials(user, password));
	}

	/**
	 * Connections to a URL, with properties.
	 * @param url a URL of pgjdbc: {@code jdbc:postgresql://…}; its parameters win over
	 * the properties. Of p6spy, OpenTelemetry and the AWS wrapper the URL behind
	 * ({@code jdbc:p6spy:postgresql://…}) is taken; {@code jdbc:tc:…} goes through
	 * Testcontainers' driver
	 * @param properties properties of pgjdbc, {@code user} and {@code password} among
	 * them
	 * @return the source
	 * @throws IllegalArgumentException if it is no URL of PostgreSQL
	 */
	static ConnectionSource url(String url, Properties properties) {
		return ConnectionUrl.source(url, properties);
	}

	/**
	 * Connections to where a DataSource goes. It only says where, and as whom, and is
	 * asked anew at each attempt; connections are opened beside it, with the settings of
	 * the bus. Known are those of pgjdbc; the pools HikariCP, DBCP2, Tomcat JDBC, c3p0,
	 * Agroal and Vibur; what wraps them (p6spy, datasource-proxy, the AWS wrapper,
	 * Spring's); and whatever has the same getters or {@linkplain DataSource#unwrap
	 * unwraps} to one of them. For any other, write a source:
	 * {@code (settings) -> dataSource.getConnection()} if need be, which costs a
	 * millisecond more for each delivery, and a pool has two connections less.
	 * @param dataSource where connections go
	 * @return the source
	 * @throws IllegalArgumentException if the DataSource does not say where it goes, or
	 * goes somewhere else than to PostgreSQL
	 */
	static ConnectionSource of(DataSource dataSource) {
		return new DataSourceRoute(dataSource);
	}

}
