package dev.pgevents.spring.internal.connection;

import java.util.Properties;

import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.spring.EventsConfigurationException;

/**
 * Connections to a URL, if it is one of PostgreSQL.
 */
final class DatabaseUrl {

	private static final String PREFIX = "jdbc:postgresql:";

	private DatabaseUrl() {
	}

	/**
	 * Connections to a URL.
	 * @param url the URL
	 * @param properties properties of pgjdbc, user and password among them
	 * @param origin who gave the URL, for the message
	 * @return the connections
	 * @throws EventsConfigurationException if it is not PostgreSQL, or cannot be read
	 */
	static ConnectionSource source(String url, Properties properties, String origin) {
		if (!url.startsWith(PREFIX)) {
			throw new EventsConfigurationException(
					"Domain events travel over PostgreSQL, and " + origin + " goes to \"" + scheme(url)
							+ "…\", not to \"" + PREFIX + "…\"",
					"Set events.postgres.url to the PostgreSQL database that the services share, or "
							+ "events.backend=in-memory for events within this process (in tests, say).");
		}
		try {
			return ConnectionSource.url(url, properties);
		}
		catch (IllegalArgumentException ex) {
			throw new EventsConfigurationException(
					"Domain events travel over PostgreSQL, and the URL of " + origin + " cannot work: "
							+ ex.getMessage(),
					"Correct it; it has the form \"jdbc:postgresql://host:5432/database\".", ex);
		}
	}

	/** As much of the URL as holds no secret: {@code jdbc:h2:}. */
	private static String scheme(String url) {
		int end = url.indexOf(':', url.startsWith("jdbc:") ? "jdbc:".length() : 0);
		return (end < 0) ? "" : url.substring(0, end + 1);
	}

}
