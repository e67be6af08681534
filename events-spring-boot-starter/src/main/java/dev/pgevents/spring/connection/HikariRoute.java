package dev.pgevents.spring.connection;

import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.postgres.ConnectionSource;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.util.ClassUtils;

/**
 * To where a HikariCP pool goes, with its data-source properties: without them a pool
 * with {@code sslmode=verify-full} would get a plaintext twin.
 */
final class HikariRoute {

	/** Since HikariCP 7. */
	private static final boolean CREDENTIALS_PROVIDER = ClassUtils
		.isPresent("com.zaxxer.hikari.HikariCredentialsProvider", HikariRoute.class.getClassLoader());

	private HikariRoute() {
	}

	static ConnectionSource source(HikariDataSource pool, @Nullable BootConnectionDetails details) {
		if (pool.getDataSource() != null) {
			return DataSourceRoute.of(pool.getDataSource());
		}
		String url = (details != null) ? details.url() : pool.getJdbcUrl();
		if (url == null) {
			return DataSourceRoute.of(instantiate(pool));
		}
		Properties properties = new Properties();
		pool.getDataSourceProperties()
			.forEach((name, value) -> properties.setProperty(name.toString(), value.toString()));
		credentials(pool, details).addTo(properties);
		return DatabaseUrl.source(url, properties, "the application's DataSource");
	}

	private static Credentials credentials(HikariDataSource pool, @Nullable BootConnectionDetails details) {
		if (CREDENTIALS_PROVIDER && pool.getCredentialsProvider() != null) {
			com.zaxxer.hikari.util.Credentials current = pool.getCredentialsProvider().getCredentials();
			return Credentials.of(current.getUsername(), current.getPassword());
		}
		return (details != null) ? details.credentials() : Credentials.of(pool.getUsername(), pool.getPassword());
	}

	/** The way HikariCP makes its connections of a {@code dataSourceClassName}. */
	private static DataSource instantiate(HikariDataSource pool) {
		String className = pool.getDataSourceClassName();
		if (className == null) {
			return pool;
		}
		Class<?> type = ClassUtils.resolveClassName(className, HikariRoute.class.getClassLoader());
		BeanWrapperImpl bean = new BeanWrapperImpl(BeanUtils.instantiateClass(type));
		pool.getDataSourceProperties().forEach((name, value) -> bean.setPropertyValue(name.toString(), value));
		if (pool.getUsername() != null) {
			bean.setPropertyValue("user", pool.getUsername());
			bean.setPropertyValue("password", pool.getPassword());
		}
		return (DataSource) bean.getWrappedInstance();
	}

}
