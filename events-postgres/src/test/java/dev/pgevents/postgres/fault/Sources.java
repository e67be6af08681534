package dev.pgevents.postgres.fault;

import dev.pgevents.postgres.ConnectionSource;

/**
 * Where a bus connects to a {@link ControlledServer}: with the server's password of the
 * moment, which a test may have rotated.
 */
public final class Sources {

	private Sources() {
	}

	/**
	 * Connections of the application to a server.
	 * @param server the server
	 * @return a source
	 */
	public static ConnectionSource of(ControlledServer server) {
		return of(server, server.url());
	}

	/**
	 * Connections of the application to another URL, a proxy's say.
	 * @param server whose user and password count
	 * @param url a URL of pgjdbc
	 * @return a source
	 */
	public static ConnectionSource of(ControlledServer server, String url) {
		return (properties) -> ConnectionSource.url(url, server.user(), server.password()).open(properties);
	}

}
