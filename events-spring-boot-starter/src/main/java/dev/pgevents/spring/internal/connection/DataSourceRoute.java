package dev.pgevents.spring.internal.connection;

import java.util.Properties;

import javax.sql.DataSource;

import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.internal.pool.Credentials;
import dev.pgevents.postgres.internal.pool.PoolLibraries;
import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.common.BaseDataSource;

import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.util.ClassUtils;

/**
 * To where the application's DataSource goes, as one of its connections would.
 */
final class DataSourceRoute implements BusConnections.Route {

	static final String ORIGIN = "the application's DataSource";

	private final DataSource dataSource;

	private final @Nullable BootConnectionDetails details;

	private final @Nullable HikariRoute hikari;

	DataSourceRoute(DataSource dataSource, @Nullable BootConnectionDetails details) {
		this.dataSource = dataSource;
		this.details = details;
		this.hikari = PoolLibraries.HIKARI ? new HikariRoute(dataSource, details) : null;
	}

	@Override
	public ConnectionSource source() {
		ConnectionSource ofPool = (this.hikari != null) ? this.hikari.source() : null;
		if (ofPool != null) {
			return ofPool;
		}
		String url = (this.details != null) ? this.details.url() : null;
		if (this.details != null && url != null) {
			Properties properties = new Properties();
			this.details.credentials().addTo(properties);
			return DatabaseUrl.source(url, properties, ORIGIN);
		}
		return of(this.dataSource);
	}

	/** As a DataSource of pgjdbc, or any that Boot can read the details of. */
	static ConnectionSource of(DataSource dataSource) {
		BaseDataSource own = DataSourceUnwrapper.unwrap(dataSource, BaseDataSource.class);
		return (own != null) ? ConnectionSource.of((DataSource) own) : derived(dataSource);
	}

	private static ConnectionSource derived(DataSource dataSource) {
		SimpleDriverDataSource derived;
		try {
			derived = DataSourceBuilder.derivedFrom(dataSource).type(SimpleDriverDataSource.class).build();
		}
		catch (RuntimeException ex) {
			throw notDerivable(dataSource, ex);
		}
		String url = derived.getUrl();
		if (url == null) {
			throw notDerivable(dataSource, null);
		}
		Properties properties = new Properties();
		Credentials.of(derived.getUsername(), derived.getPassword()).addTo(properties);
		return DatabaseUrl.source(url, properties, ORIGIN);
	}

	private static EventsConfigurationException notDerivable(DataSource dataSource, @Nullable Exception cause) {
		return new EventsConfigurationException(
				"The listening connection cannot be derived from the application's DataSource, a "
						+ ClassUtils.getUserClass(dataSource).getName()
						+ ": domain events need a connection of their own, outside of any pool",
				"Set events.postgres.url, events.postgres.username and events.postgres.password.", cause);
	}

}
