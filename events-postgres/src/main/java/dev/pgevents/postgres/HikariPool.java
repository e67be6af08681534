package dev.pgevents.postgres;

import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where a HikariCP pool goes, as of now: passwords may have been rotated. The bus keeps
 * its connections for as long as it lives, which a pool takes for a leak.
 */
final class HikariPool {

	/** Since HikariCP 7. */
	private static final boolean CREDENTIALS_PROVIDER = DataSourceConnectionSource
		.isPresent("com.zaxxer.hikari.HikariCredentialsProvider");

	private HikariPool() {
	}

	/** Connections to where the pool goes; null if it is none, or does not tell. */
	static @Nullable ConnectionSource behind(DataSource dataSource) throws SQLException {
		HikariDataSource pool = pool(dataSource);
		if (pool == null) {
			return null;
		}
		Properties credentials = credentials(pool);
		if (pool.getDataSource() != null) {
			return with(credentials, ConnectionSource.of(pool.getDataSource()));
		}
		if (pool.getJdbcUrl() == null) {
			return null;
		}
		Properties properties = new Properties();
		pool.getDataSourceProperties()
			.forEach((name, value) -> properties.setProperty(name.toString(), value.toString()));
		properties.putAll(credentials);
		return ConnectionSource.url(pool.getJdbcUrl(), properties);
	}

	private static @Nullable HikariDataSource pool(DataSource dataSource) throws SQLException {
		if (dataSource instanceof HikariDataSource pool) {
			return pool;
		}
		return dataSource.isWrapperFor(HikariDataSource.class) ? dataSource.unwrap(HikariDataSource.class) : null;
	}

	private static Properties credentials(HikariDataSource pool) {
		if (CREDENTIALS_PROVIDER && pool.getCredentialsProvider() != null) {
			com.zaxxer.hikari.util.Credentials provided = pool.getCredentialsProvider().getCredentials();
			return credentials(provided.getUsername(), provided.getPassword());
		}
		return credentials(pool.getUsername(), pool.getPassword());
	}

	private static Properties credentials(@Nullable String user, @Nullable String password) {
		Properties credentials = new Properties();
		if (user != null) {
			credentials.setProperty("user", user);
		}
		if (password != null) {
			credentials.setProperty("password", password);
		}
		return credentials;
	}

	private static ConnectionSource with(Properties credentials, ConnectionSource source) {
		return (settings) -> {
			Properties all = new Properties();
			all.putAll(settings);
			all.putAll(credentials);
			return source.open(all);
		};
	}

}
