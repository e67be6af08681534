package dev.pgevents.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Opens connections as a DataSource of pgjdbc does: of any of its kinds, with pool or
 * without.
 */
final class DriverDataSource implements ConnectionSource {

	private final BaseDataSource dataSource;

	DriverDataSource(BaseDataSource dataSource) {
		this.dataSource = dataSource;
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		PGSimpleDataSource copy = new PGSimpleDataSource();
		try {
			copy.initializeFrom(this.dataSource);
		}
		catch (IOException | ClassNotFoundException ex) {
			throw new SQLException("cannot copy the settings of " + this.dataSource.getClass().getName(), ex);
		}
		boolean keepSocketFactory = this.dataSource.getSocketFactory() != null;
		for (String name : settings.stringPropertyNames()) {
			if (!(keepSocketFactory && name.startsWith("socketFactory"))) {
				copy.setProperty(name, settings.getProperty(name));
			}
		}
		return copy.getConnection();
	}

}
