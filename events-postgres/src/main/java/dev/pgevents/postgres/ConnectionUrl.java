package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Distinguishes URLs of pgjdbc, of drivers around it, and others.
 */
final class ConnectionUrl {

	private static final String OWN = "jdbc:postgresql:";

	/** As much of a URL as names the drivers and holds no secret. */
	private static final Pattern WRAPPED = Pattern.compile("jdbc:([a-z0-9-]+):postgresql:.*", Pattern.DOTALL);

	private static final String TESTCONTAINERS = "jdbc:tc:";

	private static final String AWS = "aws-wrapper";

	/** They watch what is done and change nothing of where it goes. */
	private static final Set<String> LOOKED_BEHIND = Set.of("p6spy", "otel", AWS);

	/** Plugins of the AWS wrapper that have the passwords, which are nowhere else. */
	private static final Pattern AWS_CREDENTIALS = Pattern.compile("iam|secretsmanager|federatedauth|okta",
			Pattern.CASE_INSENSITIVE);

	private static final String AWS_PLUGINS = "wrapperPlugins";

	private ConnectionUrl() {
	}

	/**
	 * Connections to a URL.
	 * @param url the URL
	 * @param properties properties of the driver
	 * @return the connections
	 * @throws IllegalArgumentException if they cannot be those of pgjdbc
	 */
	static ConnectionSource source(String url, Properties properties) {
		if (url.startsWith(OWN)) {
			return new UrlConnectionSource(url, properties);
		}
		if (url.startsWith(TESTCONTAINERS)) {
			return throughItsDriver(url, properties,
					"Testcontainers chooses the port: have it on the class path, or give "
							+ "the bus the URL of the running container (in Spring Boot: @ServiceConnection on the container "
							+ "instead of a jdbc:tc: URL)");
		}
		Matcher wrapped = WRAPPED.matcher(url);
		if (!wrapped.matches()) {
			throw new IllegalArgumentException("a connection URL that begins with \"" + scheme(url)
					+ "…\" is none of PostgreSQL (\"" + OWN + "…\"), and the bus speaks to it through pgjdbc only");
		}
		String wrapper = wrapped.group(1);
		if (wrapper.equals(AWS) && hasCredentialsPlugin(url, properties)) {
			return throughItsDriver(url, properties,
					"its plugins have the passwords: have the wrapper on the class path, "
							+ "or write a ConnectionSource that asks for the password at each attempt");
		}
		if (LOOKED_BEHIND.contains(wrapper)) {
			return new UrlConnectionSource("jdbc:" + url.substring(wrapped.end(1) + 1), properties);
		}
		throw new IllegalArgumentException("a connection URL that begins with \"" + scheme(url)
				+ "…\" is one of a driver "
				+ "that wraps others, and it is not known whether its connections go where the rest of the URL says: "
				+ "give the bus the URL without \"" + wrapper
				+ ":\" (in plain Java: listener(ConnectionSource.url(…)), " + "in Spring Boot: events.postgres.url)");
	}

	private static boolean hasCredentialsPlugin(String url, Properties properties) {
		int parameter = url.indexOf(AWS_PLUGINS + "=");
		String inUrl = (parameter < 0) ? "" : url.substring(parameter).split("&", 2)[0];
		return AWS_CREDENTIALS.matcher(inUrl + properties.getProperty(AWS_PLUGINS, "")).find();
	}

	private static ConnectionSource throughItsDriver(String url, Properties properties, String otherwise) {
		if (driver(url) == null) {
			throw new IllegalArgumentException(
					"there is no driver for the connection URL \"" + scheme(url) + "…\": " + otherwise);
		}
		return (settings) -> open(url, properties, settings);
	}

	private static Connection open(String url, Properties properties, Properties settings) throws SQLException {
		Properties all = new Properties();
		all.putAll(properties);
		all.putAll(settings);
		Driver driver = driver(url);
		Connection connection = (driver != null) ? driver.connect(url, all) : null;
		if (connection == null) {
			throw new SQLException("there is no driver any more for the connection URL \"" + scheme(url) + "…\"");
		}
		return connection;
	}

	private static @Nullable Driver driver(String url) {
		try {
			return DriverManager.getDriver(url);
		}
		catch (SQLException ex) {
			return null;
		}
	}

	/** As much of the URL as holds no secret: {@code jdbc:h2:}. */
	private static String scheme(String url) {
		int end = url.startsWith("jdbc:") ? url.indexOf(':', "jdbc:".length()) : -1;
		return (end < 0) ? "" : url.substring(0, end + 1);
	}

}
