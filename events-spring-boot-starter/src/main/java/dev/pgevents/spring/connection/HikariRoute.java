package dev.pgevents.spring.connection;

import java.util.Objects;
import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.beans.BeansException;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.util.ClassUtils;

/**
 * To where a HikariCP pool goes, with its data-source properties: without them a pool
 * with {@code sslmode=verify-full} would get a plaintext twin.
 */
final class HikariRoute {

	/** Since HikariCP 7. */
	private static final boolean CREDENTIALS_PROVIDER = ClassUtils
		.isPresent("com.zaxxer.hikari.HikariCredentialsProvider", HikariRoute.class.getClassLoader());

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
		HikariDataSource pool = pool();
		this.atStart = (pool != null) ? configured(pool) : null;
		this.ofItsOwn = pool != null && details != null && pool.getJdbcUrl() != null && !isSame(pool, details);
	}

	/** Connections to where the pool goes, or null if the DataSource is no such pool. */
	@Nullable ConnectionSource source() {
		HikariDataSource pool = pool();
		if (pool == null) {
			return null;
		}
		if (pool.getDataSource() != null) {
			return wrapped(pool, pool.getDataSource());
		}
		String url = (this.details != null && !this.ofItsOwn) ? this.details.url() : pool.getJdbcUrl();
		if (url == null) {
			return wrapped(pool, instantiate(pool));
		}
		Properties properties = new Properties();
		pool.getDataSourceProperties()
			.forEach((name, value) -> properties.setProperty(name.toString(), value.toString()));
		credentials(pool).addTo(properties);
		return DatabaseUrl.source(url, properties, DataSourceRoute.ORIGIN);
	}

	/** Passwords are not compared: the details may have a new one each time. */
	private static boolean isSame(HikariDataSource pool, BootConnectionDetails details) {
		return Objects.equals(pool.getJdbcUrl(), details.url()) && configured(pool).hasUserOf(details.credentials());
	}

	private @Nullable HikariDataSource pool() {
		return DataSourceUnwrapper.unwrap(this.dataSource, HikariConfigMXBean.class, HikariDataSource.class);
	}

	/**
	 * Those of Boot's details, unless the pool has its own: a provider, or what somebody
	 * has given to the running pool, which is how HikariCP has passwords rotated.
	 */
	private Credentials credentials(HikariDataSource pool) {
		boolean rotated = this.atStart != null && !this.atStart.isSame(configured(pool));
		return (this.details == null || this.ofItsOwn || rotated || hasProvider(pool)) ? ofPool(pool)
				: this.details.credentials();
	}

	private static Credentials ofPool(HikariDataSource pool) {
		if (hasProvider(pool)) {
			com.zaxxer.hikari.util.Credentials provided = pool.getCredentialsProvider().getCredentials();
			return Credentials.of(provided.getUsername(), provided.getPassword());
		}
		return configured(pool);
	}

	private static boolean hasProvider(HikariDataSource pool) {
		return CREDENTIALS_PROVIDER && pool.getCredentialsProvider() != null;
	}

	private static Credentials configured(HikariDataSource pool) {
		return Credentials.of(pool.getUsername(), pool.getPassword());
	}

	private static ConnectionSource wrapped(HikariDataSource pool, DataSource wrapped) {
		Credentials credentials = ofPool(pool);
		ConnectionSource source = DataSourceRoute.of(wrapped);
		return credentials.isPresent() ? credentials.on(source) : source;
	}

	/** The way HikariCP makes its connections of a {@code dataSourceClassName}. */
	private static DataSource instantiate(HikariDataSource pool) {
		String className = pool.getDataSourceClassName();
		if (className == null) {
			return pool;
		}
		Class<?> type = ClassUtils.resolveClassName(className, HikariRoute.class.getClassLoader());
		BeanWrapperImpl bean = new BeanWrapperImpl(BeanUtils.instantiateClass(type));
		pool.getDataSourceProperties().forEach((name, value) -> set(bean, name.toString(), value));
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
