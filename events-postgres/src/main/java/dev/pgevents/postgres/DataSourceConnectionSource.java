package dev.pgevents.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;

import javax.sql.DataSource;

import dev.pgevents.postgres.internal.pool.PoolLibraries;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Opens connections to where a DataSource goes: with the bus's settings where it is
 * pgjdbc's own or HikariCP's, as it is otherwise.
 */
final class DataSourceConnectionSource implements ConnectionSource {

	private final DataSource dataSource;

	DataSourceConnectionSource(DataSource dataSource) {
		this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		ConnectionSource behindPool = PoolLibraries.HIKARI ? HikariConnectionSource.behind(this.dataSource) : null;
		if (behindPool != null) {
			return behindPool.open(settings);
		}
		BaseDataSource own = own();
		return (own != null) ? copy(own, settings).getConnection() : this.dataSource.getConnection();
	}

	private @Nullable BaseDataSource own() throws SQLException {
		if (this.dataSource instanceof BaseDataSource own) {
			return own;
		}
		return this.dataSource.isWrapperFor(BaseDataSource.class) ? this.dataSource.unwrap(BaseDataSource.class) : null;
	}

	private static DataSource copy(BaseDataSource own, Properties settings) throws SQLException {
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
		return copy;
	}

}
