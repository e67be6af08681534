package dev.pgevents.spring.internal.connection;

import java.util.function.Supplier;

import javax.sql.DataSource;

import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.EventsConnectionDetails;
import org.jspecify.annotations.Nullable;

/**
 * Chooses where the bus's own connections come from. Where they go is worked out anew at
 * every attempt, so that rotated passwords and short-lived tokens work; what can never
 * work fails the start.
 *
 * @since 0.1
 */
public final class BusConnections {

	private BusConnections() {
	}

	/**
	 * Connections to where a bean of the application says.
	 * @param details the bean
	 * @return the connections
	 * @throws EventsConfigurationException if they are not of PostgreSQL
	 */
	public static ConnectionSource of(EventsConnectionDetails details) {
		Supplier<ConnectionSource> now = () -> ConnectionSource.url(details.getJdbcUrl(), details.getUsername(),
				details.getPassword());
		checked("the EventsConnectionDetails bean", now);
		return (settings) -> now.get().open(settings);
	}

	/**
	 * Connections to where the {@code events.postgres.*} properties say.
	 * @param url the URL
	 * @param username the user, or null
	 * @param password the password, or null
	 * @return the connections
	 * @throws EventsConfigurationException if they are not of PostgreSQL
	 */
	public static ConnectionSource of(String url, @Nullable String username, @Nullable String password) {
		return checked("events.postgres.url", () -> ConnectionSource.url(url, username, password));
	}

	/**
	 * Connections to where the application's DataSource goes.
	 * @param dataSource the DataSource
	 * @param details Boot's connection details, or null if it has none
	 * @return the connections
	 * @throws EventsConfigurationException if they cannot be derived from it, or are not
	 * of PostgreSQL
	 */
	public static ConnectionSource of(DataSource dataSource, @Nullable BootConnectionDetails details) {
		return new ApplicationConnectionSource(dataSource, details);
	}

	static ConnectionSource checked(String origin, Supplier<ConnectionSource> source) {
		try {
			return source.get();
		}
		catch (IllegalArgumentException ex) {
			throw unusable(origin, ex);
		}
	}

	/** The failure of a start for which there are no connections. */
	static EventsConfigurationException unusable(String origin, IllegalArgumentException cause) {
		return new EventsConfigurationException(
				"Domain events travel over PostgreSQL, on connections of their own, and " + origin
						+ " does not lead there: " + cause.getMessage(),
				"Set events.postgres.url, events.postgres.username and events.postgres.password to those of the "
						+ "PostgreSQL database that the services share, or events.backend=in-memory for events within "
						+ "this process (in tests, say).",
				cause);
	}

}
