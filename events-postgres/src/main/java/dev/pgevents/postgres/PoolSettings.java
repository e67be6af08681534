package dev.pgevents.postgres;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import javax.sql.CommonDataSource;

import org.jspecify.annotations.Nullable;

/**
 * What a pool, or another DataSource, knows of its connections now: HikariCP, DBCP2,
 * Tomcat JDBC, c3p0, Agroal, Vibur, the AWS wrapper, Spring's unpooled ones, and all that
 * use the same names.
 */
final class PoolSettings {

	private static final List<String> URL = List.of("getJdbcUrl", "getUrl", "jdbcUrl");

	private static final List<String> USER = List.of("getUsername", "getUser");

	private static final List<String> PASSWORD = List.of("getPassword");

	/** Without these, a pool with {@code sslmode=verify-full} gets a plaintext twin. */
	private static final List<String> PROPERTIES = List.of("getDataSourceProperties", "getDbProperties",
			"getDriverProperties", "getConnectionProperties", "getTargetDataSourceProperties", "getProperties",
			"jdbcProperties");

	private final CommonDataSource dataSource;

	/** Agroal has its settings apart. */
	private final Object settings;

	private PoolSettings(CommonDataSource dataSource, Object settings) {
		this.dataSource = dataSource;
		this.settings = settings;
	}

	static PoolSettings of(CommonDataSource dataSource) {
		Object apart = Getters.path(dataSource, "getConfiguration", "connectionPoolConfiguration",
				"connectionFactoryConfiguration");
		return new PoolSettings(dataSource, (apart != null) ? apart : dataSource);
	}

	/** The URL of its connections, if it has one. */
	@Nullable String url() {
		String url = Getters.first(this.settings, String.class, URL);
		return (url != null && !url.isBlank()) ? url : null;
	}

	/** The properties for its driver, users and passwords maybe among them. */
	Properties properties() {
		Properties given = Getters.first(this.settings, Properties.class, PROPERTIES);
		Properties properties = new Properties();
		if (given != null) {
			for (String name : given.stringPropertyNames()) {
				properties.setProperty(name, given.getProperty(name));
			}
			for (Map.Entry<Object, Object> each : given.entrySet()) {
				properties.setProperty(each.getKey().toString(), each.getValue().toString());
			}
		}
		return properties;
	}

	/** The same, as whom it would connect now. */
	Properties propertiesWithCredentials() {
		Properties properties = properties();
		properties.putAll(credentials());
		return properties;
	}

	/**
	 * Settings for a connection as whom it would connect now, unless they name a user.
	 * Where the pool names none either, the DataSource behind it has its way.
	 */
	Properties withCredentials(Properties given) {
		Properties settings = new Properties();
		settings.putAll(given);
		Properties credentials = given.containsKey("user") ? new Properties() : credentials();
		if (credentials.containsKey("user")) {
			settings.putAll(credentials);
		}
		return settings;
	}

	/** As whom it would connect now: as its provider says, else as is configured. */
	private Properties credentials() {
		Object provided = Getters.path(this.dataSource, "getCredentialsProvider", "getCredentials");
		if (provided == null && this.settings != this.dataSource) {
			return ofSecurityProviders();
		}
		Object from = (provided != null) ? provided : this.dataSource;
		return credentials(Getters.first(from, String.class, USER), Getters.first(from, String.class, PASSWORD));
	}

	/** A user and a password, as far as they are given, by pgjdbc's names. */
	static Properties credentials(@Nullable String user, @Nullable String password) {
		Properties credentials = new Properties();
		if (user != null) {
			credentials.setProperty("user", user);
		}
		if (password != null) {
			credentials.setProperty("password", password);
		}
		return credentials;
	}

	/**
	 * Agroal's principal and secrets may be of any kind that one of its providers knows.
	 */
	private Properties ofSecurityProviders() {
		Properties known = new Properties();
		read(Getters.value(this.settings, "principal"), known);
		if (Getters.value(this.settings, "credentials") instanceof Collection<?> secrets) {
			secrets.forEach((secret) -> read(secret, known));
		}
		return credentials(known.getProperty("user"), known.getProperty("password"));
	}

	private void read(@Nullable Object secret, Properties known) {
		if (secret == null || !(Getters.value(this.settings, "securityProviders") instanceof Collection<?> providers)) {
			return;
		}
		for (Object provider : providers) {
			if (Getters.value(provider, "getSecurityProperties", secret) instanceof Properties properties) {
				known.putAll(properties);
				return;
			}
		}
	}

	/** The DataSource that HikariCP would make of its class name. */
	@Nullable CommonDataSource ofItsClass() {
		Object className = Getters.value(this.dataSource, "getDataSourceClassName");
		return (className instanceof String name) ? DataSourceOfClass.make(name, properties()) : null;
	}

}
