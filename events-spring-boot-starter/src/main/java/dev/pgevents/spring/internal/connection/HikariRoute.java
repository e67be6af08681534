package dev.pgevents.spring.internal.connection;

import java.util.Objects;
import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.internal.pool.Credentials;
import dev.pgevents.postgres.internal.pool.HikariPool;
import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.beans.BeansException;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.util.ClassUtils;

/**
 * To where a HikariCP pool goes, whichever has the last word: Boot's connection details,
 * or what the pool was given beside them.
 */
final class HikariRoute {

	private final DataSource dataSource;

	private final @Nullable BootConnectionDetails details;

	private final @Nullable Credentials atStart;

	/**
	 * Whether the pool was configured beside Boot's details, by
	 * spring.datasource.hikari.*.
	 */
	private final boolean ofItsOwn;

	HikariRoute(DataSource dataSource, @Nullable BootConnectionDetails details) {
		this.dataSource = dataSource;
		this.details = details;
		HikariPool pool = pool();
		this.atStart = (pool != null) ? pool.configuredCredentials() : null;
		this.ofItsOwn = pool != null && details != null && pool.url() != null && !isSame(pool, details);
	}

	/** Connections to where the pool goes, or null if the DataSource is no such pool. */
	@Nullable ConnectionSource source() {
		HikariPool pool = pool();
		if (pool == null) {
			return null;
		}
		DataSource wrapped = pool.dataSource();
		String url = (this.details != null && !this.ofItsOwn) ? this.details.url() : pool.url();
		if (wrapped != null || url == null) {
			return behind(pool, (wrapped != null) ? wrapped : instantiate(pool));
		}
		Properties properties = pool.driverProperties();
		credentials(pool).addTo(properties);
		return DatabaseUrl.source(url, properties, DataSourceRoute.ORIGIN);
	}

	private @Nullable HikariPool pool() {
		HikariDataSource pool = DataSourceUnwrapper.unwrap(this.dataSource, HikariConfigMXBean.class,
				HikariDataSource.class);
		return (pool != null) ? new HikariPool(pool) : null;
	}

	/** Passwords are not compared: the details may have a new one each time. */
	private static boolean isSame(HikariPool pool, BootConnectionDetails details) {
		return Objects.equals(pool.url(), details.url())
				&& pool.configuredCredentials().hasUserOf(details.credentials());
	}

	/**
	 * Those of Boot's details, unless the pool has its own: a provider, or what somebody
	 * has given to the running pool, which is how HikariCP has passwords rotated.
	 */
	private Credentials credentials(HikariPool pool) {
		boolean rotated = this.atStart != null && !this.atStart.isSame(pool.configuredCredentials());
		return (this.details == null || this.ofItsOwn || rotated || pool.hasCredentialsProvider()) ? pool.credentials()
				: this.details.credentials();
	}

	private static ConnectionSource behind(HikariPool pool, DataSource dataSource) {
		Credentials credentials = pool.credentials();
		ConnectionSource source = DataSourceRoute.of(dataSource);
		return (settings) -> source.open(credentials.over(settings));
	}

	/** The way HikariCP makes its connections of a {@code dataSourceClassName}. */
	private DataSource instantiate(HikariPool pool) {
		String className = pool.dataSourceClassName();
		if (className == null) {
			return this.dataSource;
		}
		Class<?> type = ClassUtils.resolveClassName(className, HikariRoute.class.getClassLoader());
		BeanWrapperImpl bean = new BeanWrapperImpl(BeanUtils.instantiateClass(type));
		pool.dataSourceProperties().forEach((name, value) -> set(bean, name.toString(), value));
		return (DataSource) bean.getWrappedInstance();
	}

	private static void set(BeanWrapperImpl bean, String property, Object value) {
		try {
			bean.setPropertyValue(property, value);
		}
		catch (BeansException ex) {
			// Not as the cause: it quotes the value, which may be a URL with a password.
			throw new EventsConfigurationException("The data-source property \"" + property
					+ "\" of the application's pool cannot be set on its " + bean.getWrappedClass().getName(),
					"Correct it, or set events.postgres.url.");
		}
	}

}
