package dev.pgevents.postgres.internal.pool;

import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a HikariCP pool says, as of now. The pool is asked and never lends: the bus keeps
 * its connections for as long as it lives, which a pool takes for a leak. Only to be
 * touched where {@link PoolLibraries#HIKARI HikariCP is there}.
 */
public final class HikariPool {

	private final HikariDataSource pool;

	/**
	 * Looks at a pool.
	 * @param pool the pool
	 */
	public HikariPool(HikariDataSource pool) {
		this.pool = pool;
	}

	/**
	 * The URL of its connections.
	 * @return the URL, or null where it has a DataSource or the class of one instead
	 */
	public @Nullable String url() {
		return this.pool.getJdbcUrl();
	}

	/**
	 * The DataSource from which it has its connections.
	 * @return the DataSource, or null where it has a URL or a class instead
	 */
	public @Nullable DataSource dataSource() {
		return this.pool.getDataSource();
	}

	/**
	 * The class of which it makes the DataSource for its connections.
	 * @return the name, or null where it has a URL or a DataSource instead
	 */
	public @Nullable String dataSourceClassName() {
		return this.pool.getDataSourceClassName();
	}

	/**
	 * Its data-source properties, without which a pool with {@code sslmode=verify-full}
	 * among them would get a plaintext twin. As given: values may be other than texts.
	 * @return properties for the setters of its DataSource's class
	 */
	public Properties dataSourceProperties() {
		return this.pool.getDataSourceProperties();
	}

	/**
	 * The same for a driver.
	 * @return a copy, values as texts
	 */
	public Properties driverProperties() {
		Properties properties = new Properties();
		dataSourceProperties().forEach((name, value) -> properties.setProperty(name.toString(), value.toString()));
		return properties;
	}

	/**
	 * Whether it asks somebody for the credentials of each connection.
	 * @return whether there is a provider
	 */
	public boolean hasCredentialsProvider() {
		return PoolLibraries.HIKARI_CREDENTIALS_PROVIDER && this.pool.getCredentialsProvider() != null;
	}

	/**
	 * As whom it would connect now: as its provider says, else as is configured.
	 * @return the credentials
	 */
	public Credentials credentials() {
		if (hasCredentialsProvider()) {
			com.zaxxer.hikari.util.Credentials provided = this.pool.getCredentialsProvider().getCredentials();
			return Credentials.of(provided.getUsername(), provided.getPassword());
		}
		return configuredCredentials();
	}

	/**
	 * What it was configured with, which HikariCP allows while it runs.
	 * @return the credentials, whatever a provider says
	 */
	public Credentials configuredCredentials() {
		return Credentials.of(this.pool.getUsername(), this.pool.getPassword());
	}

}
