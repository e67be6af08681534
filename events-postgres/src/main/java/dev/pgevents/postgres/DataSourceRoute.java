package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

import javax.sql.CommonDataSource;
import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Opens connections to where a DataSource goes: pgjdbc's own, pools, and what wraps them.
 * It lends none; it is asked anew each time, for passwords may have been rotated. None of
 * their classes is needed: the methods that say it are called by their names, which are
 * few. What each pool and wrapper yields is in {@code docs/compatibility.md}, and each of
 * its rows is a test.
 */
final class DataSourceRoute implements ConnectionSource {

	/**
	 * The methods that give what is behind: another DataSource, if any, is what counts.
	 */
	private static final List<String> BEHIND = List.of("getDataSource", "getTargetDataSource",
			"getResolvedDefaultDataSource", "getExternalDataSource", "getConnectionPoolDataSource",
			"getNestedDataSource", "getXaDataSource", "getRealDataSource");

	/** Pools that their wrappers unwrap to, yet not as any DataSource. */
	private static final List<String> POOLS = List.of("com.zaxxer.hikari.HikariDataSource",
			"org.apache.commons.dbcp2.BasicDataSource", "com.mchange.v2.c3p0.ComboPooledDataSource",
			"io.agroal.api.AgroalDataSource");

	/** How far is looked behind: wrappers may go round in a circle. */
	private static final int DEPTH = 10;

	private final DataSource dataSource;

	/**
	 * Refuses what can never work.
	 * @param dataSource the DataSource
	 * @throws IllegalArgumentException if it does not say where it goes, or goes where
	 * the bus cannot
	 */
	DataSourceRoute(DataSource dataSource) {
		this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
		now();
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		return now().open(settings);
	}

	private ConnectionSource now() {
		ConnectionSource now = of(this.dataSource, DEPTH);
		if (now == null) {
			throw new IllegalArgumentException("a DataSource of class " + this.dataSource.getClass().getName()
					+ " does not say where its connections go, and the bus borrows none: give it "
					+ "ConnectionSource.url(url, user, password) as its listener (in Spring Boot: set events.postgres.url)");
		}
		return now;
	}

	/** Null if the DataSource does not say. */
	private static @Nullable ConnectionSource of(CommonDataSource dataSource, int depth) {
		if (dataSource instanceof BaseDataSource own) {
			return new DriverDataSource(own);
		}
		PoolSettings settings = PoolSettings.of(dataSource);
		CommonDataSource behind = (depth > 0) ? behind(dataSource, settings) : null;
		ConnectionSource route = (behind != null) ? of(behind, depth - 1) : null;
		if (route != null) {
			return (given) -> route.open(settings.withCredentials(given));
		}
		String url = settings.url();
		if (url != null) {
			ConnectionSource.url(url, settings.properties()); // refused at once, if at
																// all
			return (given) -> ConnectionSource.url(url, settings.propertiesWithCredentials()).open(given);
		}
		return (dataSource instanceof DataSource wrapper && depth > 0) ? unwrapped(wrapper, depth) : null;
	}

	private static @Nullable CommonDataSource behind(CommonDataSource dataSource, PoolSettings settings) {
		CommonDataSource behind = Getters.first(dataSource, CommonDataSource.class, BEHIND);
		return (behind != null) ? behind : settings.ofItsClass();
	}

	private static @Nullable ConnectionSource unwrapped(DataSource wrapper, int depth) {
		CommonDataSource inner = unwrap(wrapper, DataSource.class);
		if (inner == null || inner == wrapper) {
			inner = unwrap(wrapper, BaseDataSource.class);
		}
		for (String pool : POOLS) {
			inner = (inner != null) ? inner : unwrap(wrapper, pool);
		}
		return (inner != null) ? of(inner, depth - 1) : null;
	}

	private static @Nullable CommonDataSource unwrap(DataSource wrapper, String className) {
		try {
			return unwrap(wrapper, Class.forName(className, false, DataSourceRoute.class.getClassLoader()));
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

	private static @Nullable CommonDataSource unwrap(DataSource wrapper, Class<?> type) {
		try {
			boolean wraps = wrapper.isWrapperFor(type);
			return (wraps && wrapper.unwrap(type) instanceof CommonDataSource inner) ? inner : null;
		}
		catch (SQLException ex) {
			return null;
		}
	}

}
