package dev.pgevents.spring.internal.connection;

import dev.pgevents.spring.EventsConfigurationException;

/**
 * Says where the connections were to come from that cannot be had.
 */
final class UnusableConnections {

	private UnusableConnections() {
	}

	/**
	 * A failure of the start.
	 * @param origin what said where connections go
	 * @param cause what is wrong with it
	 * @return the failure
	 */
	static EventsConfigurationException of(String origin, IllegalArgumentException cause) {
		return new EventsConfigurationException(
				"Domain events travel over PostgreSQL, on connections of their own, and " + origin
						+ " does not lead there: " + cause.getMessage(),
				"Set events.postgres.url, events.postgres.username and events.postgres.password to those of the "
						+ "PostgreSQL database that the services share, or events.backend=in-memory for events within "
						+ "this process (in tests, say).",
				cause);
	}

}
