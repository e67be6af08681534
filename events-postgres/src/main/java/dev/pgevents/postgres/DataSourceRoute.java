package dev.pgevents.postgres;

import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

import javax.sql.CommonDataSource;
import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Finds out where a DataSource goes: pgjdbc's own, pools, and what wraps them. None of
 * their classes is needed: the methods that say it are called by their names, which are
 * few. What each pool and wrapper yields is in {@code docs/compatibility.md}, and each of
 * its rows is a test.
 */
final class DataSourceRoute {

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

	private DataSourceRoute() {
	}

	/**
	 * Finds out where a DataSource goes.
	 * @param dataSource the DataSource
	 * @return opens connections as it would, outside of any pool; null if it does not
	 * tell
	 * @throws IllegalArgumentException if it goes where the bus cannot
	 */
	static @Nullable ConnectionSource of(DataSource dataSource) {
		return of(dataSource, DEPTH);
	}

	private static @Nullable ConnectionSource of(CommonDataSource dataSource, int depth) {
		if (dataSource instanceof BaseDataSource own) {
			return new DriverDataSource(own);
		}
		PoolSettings settings = PoolSettings.of(dataSource);
		CommonDataSource behind = (depth > 0) ? behind(dataSource, settings) : null;
		ConnectionSource route = (behind != null) ? of(behind, depth - 1) : null;
		if (route != null) {
			return (given) -> route.open(settings.credentials().under(given));
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
