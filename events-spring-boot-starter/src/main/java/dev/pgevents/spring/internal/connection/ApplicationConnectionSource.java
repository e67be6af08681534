package dev.pgevents.spring.internal.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import dev.pgevents.postgres.ConnectionSource;
import org.jspecify.annotations.Nullable;

/**
 * To where the application's DataSource goes, as one of its connections would; or, where
 * it does not say, to where Boot's connection details say. New credentials may be given
 * to either: whichever has changed has the last word.
 */
final class ApplicationConnectionSource implements ConnectionSource {

	private static final String ORIGIN = "the application's DataSource";

	private final ConnectionSource source;

	private final @Nullable BootConnectionDetails details;

	private final @Nullable Properties atStart;

	ApplicationConnectionSource(DataSource dataSource, @Nullable BootConnectionDetails details) {
		this.details = details;
		this.atStart = (details != null) ? details.credentials() : null;
		this.source = source(dataSource, details);
	}

	private static ConnectionSource source(DataSource dataSource, @Nullable BootConnectionDetails details) {
		try {
			return ConnectionSource.of(dataSource);
		}
		catch (IllegalArgumentException ex) {
			String url = (details != null) ? details.url() : null;
			if (details == null || url == null) {
				throw BusConnections.unusable(ORIGIN, ex);
			}
			return BusConnections.checked("the bean of Spring Boot's connection details",
					() -> ConnectionSource.url(url, details.credentials()));
		}
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		Properties now = (this.details != null) ? this.details.credentials() : new Properties();
		if (now.equals(this.atStart)) {
			return this.source.open(settings);
		}
		Properties all = new Properties();
		all.putAll(settings);
		all.putAll(now);
		return this.source.open(all);
	}

}
