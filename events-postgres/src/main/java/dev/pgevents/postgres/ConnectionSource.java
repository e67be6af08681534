package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import dev.pgevents.postgres.internal.pool.Credentials;
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
		Properties properties = new Properties();
		Credentials.of(user, password).addTo(properties);
		return url(url, properties);
	}

	/**
	 * Connections to a URL, with properties.
	 * @param url a URL of pgjdbc: {@code jdbc:postgresql://…}; its parameters win over
	 * the properties
	 * @param properties properties of pgjdbc, {@code user} and {@code password} among
	 * them
	 * @return the source
	 * @throws IllegalArgumentException if it is no URL of PostgreSQL
	 */
	static ConnectionSource url(String url, Properties properties) {
		return new UrlConnectionSource(url, properties);
	}

	/**
	 * Connections to where a DataSource goes. One of pgjdbc, and a pool of HikariCP or
	 * any other that {@linkplain DataSource#unwrap unwraps} to one of pgjdbc, only says
	 * where: connections are opened beside it, with the settings of the bus. Any other
	 * DataSource is asked for connections as it is and for good: a pool has one less
	 * then, and each delivery takes a millisecond more. For those, {@link #url} is
	 * better.
	 * @param dataSource where connections go
	 * @return the source
	 */
	static ConnectionSource of(DataSource dataSource) {
		return new DataSourceConnectionSource(dataSource);
	}

}
