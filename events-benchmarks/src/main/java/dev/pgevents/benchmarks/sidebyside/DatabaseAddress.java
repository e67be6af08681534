package dev.pgevents.benchmarks.sidebyside;

import java.net.URI;

/**
 * A URL of pgjdbc in parts, for drivers that want it so.
 *
 * @param host the host
 * @param port the port
 * @param database the database
 * @param user the user
 * @param tls whether it is talked to over TLS
 */
record DatabaseAddress(String host, int port, String database, String user, boolean tls) {

	static DatabaseAddress of(String url) {
		URI uri = URI.create(url.substring("jdbc:".length()));
		String user = uri.getQuery().replaceFirst(".*user=([^&]*).*", "$1");
		return new DatabaseAddress(uri.getHost(), uri.getPort(), uri.getPath().substring(1), user,
				uri.getQuery().contains("sslmode=require"));
	}

}
