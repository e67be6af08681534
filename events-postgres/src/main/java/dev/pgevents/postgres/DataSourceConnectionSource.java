package dev.pgevents.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;

import javax.sql.DataSource;

import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Opens connections of a DataSource: through a copy with the bus's settings where it is
 * pgjdbc's own, as it is otherwise.
 */
final class DataSourceConnectionSource implements ConnectionSource {

	private final DataSource dataSource;

	DataSourceConnectionSource(DataSource dataSource) {
		this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		if (!(this.dataSource instanceof BaseDataSource own)) {
			return this.dataSource.getConnection();
		}
		PGSimpleDataSource copy = new PGSimpleDataSource();
		try {
			copy.initializeFrom(own);
		}
		catch (IOException | ClassNotFoundException ex) {
			throw new SQLException("cannot copy the settings of " + own.getClass().getName(), ex);
		}
		boolean keepSocketFactory = own.getSocketFactory() != null;
		for (String name : settings.stringPropertyNames()) {
			if (!(keepSocketFactory && name.startsWith("socketFactory"))) {
				copy.setProperty(name, settings.getProperty(name));
			}
		}
		return copy.getConnection();
	}

}
