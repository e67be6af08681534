package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;

import javax.sql.DataSource;

/**
 * Opens connections to where a DataSource goes, which it is asked anew each time:
 * passwords may have been rotated. It lends none.
 */
final class DataSourceConnectionSource implements ConnectionSource {

	private final DataSource dataSource;

	DataSourceConnectionSource(DataSource dataSource) {
		this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
		route(); // what can never work is refused here
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		return route().open(settings);
	}

	private ConnectionSource route() {
		ConnectionSource route = DataSourceRoute.of(this.dataSource);
		if (route == null) {
			throw new IllegalArgumentException("a DataSource of class " + this.dataSource.getClass().getName()
					+ " does not tell where its connections go, and the bus borrows none: give it "
					+ "ConnectionSource.url(url, user, password) as its listener (in Spring Boot: set events.postgres.url)");
		}
		return route;
	}

}
