package dev.pgevents.postgres;

import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.postgres.internal.pool.Credentials;
import dev.pgevents.postgres.internal.pool.HikariPool;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections beside a HikariCP pool, to where it goes.
 */
final class HikariConnectionSource {

	private HikariConnectionSource() {
	}

	/** Connections to where the pool goes; null if it is none, or does not tell. */
	static @Nullable ConnectionSource behind(DataSource dataSource) throws SQLException {
		HikariDataSource found = find(dataSource);
		return (found != null) ? beside(new HikariPool(found)) : null;
	}

	private static @Nullable HikariDataSource find(DataSource dataSource) throws SQLException {
		if (dataSource instanceof HikariDataSource pool) {
			return pool;
		}
		return dataSource.isWrapperFor(HikariDataSource.class) ? dataSource.unwrap(HikariDataSource.class) : null;
	}

	private static @Nullable ConnectionSource beside(HikariPool pool) {
		Credentials credentials = pool.credentials();
		DataSource wrapped = pool.dataSource();
		if (wrapped != null) {
			return (settings) -> ConnectionSource.of(wrapped).open(credentials.over(settings));
		}
		String url = pool.url();
		if (url == null) {
			return null;
		}
		Properties properties = pool.driverProperties();
		credentials.addTo(properties);
		return ConnectionSource.url(url, properties);
	}

}
