package dev.pgevents.spring.internal.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.internal.pool.Credentials;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.EventsConnectionDetails;
import org.jspecify.annotations.Nullable;

/**
 * Opens the bus's own connections. Where they go is worked out anew at every attempt, so
 * that rotated passwords and short-lived tokens work. Thread-safe.
 *
 * @since 0.1
 */
public final class BusConnections implements ConnectionSource {

	private final Route route;

	private BusConnections(Route route) {
		this.route = route;
		route.source(); // what cannot work fails the start
	}

	/**
	 * Connections to where a bean of the application says.
	 * @param details the bean
	 * @return the connections
	 * @throws EventsConfigurationException if they are not of PostgreSQL
	 */
	public static BusConnections of(EventsConnectionDetails details) {
		return new BusConnections(() -> url(details.getJdbcUrl(), details.getUsername(), details.getPassword(),
				"the EventsConnectionDetails bean"));
	}

	/**
	 * Connections to where the {@code events.postgres.*} properties say.
	 * @param url the URL
	 * @param username the user, or null
	 * @param password the password, or null
	 * @return the connections
	 * @throws EventsConfigurationException if they are not of PostgreSQL
	 */
	public static BusConnections of(String url, @Nullable String username, @Nullable String password) {
		return new BusConnections(() -> url(url, username, password, "events.postgres.url"));
	}

	/**
	 * Connections to where the application's DataSource goes.
	 * @param dataSource the DataSource
	 * @param details Boot's connection details, or null if it has none
	 * @return the connections
	 * @throws EventsConfigurationException if they cannot be derived from it, or are not
	 * of PostgreSQL
	 */
	public static BusConnections of(DataSource dataSource, @Nullable BootConnectionDetails details) {
		return new BusConnections(new DataSourceRoute(dataSource, details));
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		return this.route.source().open(settings);
	}

	private static ConnectionSource url(String url, @Nullable String username, @Nullable String password,
			String origin) {
		Properties properties = new Properties();
		Credentials.of(username, password).addTo(properties);
		return DatabaseUrl.source(url, properties, origin);
	}

	/** Says where connections go, as of now. */
	interface Route {

		ConnectionSource source();

	}

}
