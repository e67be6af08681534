package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Collectors;

import org.postgresql.Driver;

/**
 * Opens connections to a URL of pgjdbc. Parameters of the URL win over properties in
 * pgjdbc, so those that the bus sets are taken out of the URL.
 */
final class UrlConnectionSource implements ConnectionSource {

	private static final String SOCKET_FACTORY = "socketFactory";

	private final String url;

	private final Properties properties = new Properties();

	private final Driver driver = new Driver();

	UrlConnectionSource(String url, Properties properties) {
		// Else every attempt would fail, with the whole URL in the message.
		if (Driver.parseURL(url, null) == null) {
			throw new IllegalArgumentException(
					"the connection URL cannot be read: check its host, port and database name; it has the form "
							+ "jdbc:postgresql://host:5432/database");
		}
		this.url = url;
		copy(properties, this.properties);
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		Properties own = new Properties();
		copy(settings, own);
		if (hasParameter(SOCKET_FACTORY) || this.properties.containsKey(SOCKET_FACTORY)) {
			own.remove(SOCKET_FACTORY);
			own.remove("socketFactoryArg");
		}
		Properties all = new Properties();
		copy(this.properties, all);
		copy(own, all);
		Connection connection = this.driver.connect(without(own), all);
		if (connection == null) {
			throw new SQLException("pgjdbc does not accept the connection URL");
		}
		return connection;
	}

	private boolean hasParameter(String name) {
		int query = this.url.indexOf('?');
		return query >= 0 && Arrays.stream(this.url.substring(query + 1).split("&"))
			.anyMatch((parameter) -> name(parameter).equals(name));
	}

	private String without(Properties properties) {
		int query = this.url.indexOf('?');
		if (query < 0) {
			return this.url;
		}
		String kept = Arrays.stream(this.url.substring(query + 1).split("&"))
			.filter((parameter) -> !properties.containsKey(name(parameter)))
			.collect(Collectors.joining("&"));
		return this.url.substring(0, query) + (kept.isEmpty() ? "" : "?" + kept);
	}

	private static void copy(Properties from, Properties to) {
		for (String name : from.stringPropertyNames()) {
			to.setProperty(name, from.getProperty(name));
		}
	}

	private static String name(String parameter) {
		int end = parameter.indexOf('=');
		return (end < 0) ? parameter : parameter.substring(0, end);
	}

}
