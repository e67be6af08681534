package dev.pgevents.spring.autoconfigure;

import java.util.Arrays;

import javax.sql.DataSource;

import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The DataSource whose transactions events join: the only one, or the primary one.
 */
class ApplicationDataSource {

	private final ListableBeanFactory beans;

	ApplicationDataSource(ListableBeanFactory beans) {
		this.beans = beans;
	}

	/** The DataSource, or null if there is none or no telling which. */
	@Nullable DataSource optional() {
		return this.beans.getBeanProvider(DataSource.class).getIfUnique();
	}

	/** As Boot's own condition for making a DataSource: by name. */
	private boolean hasConnectionFactory() {
		try {
			Class<?> type = ClassUtils.forName("io.r2dbc.spi.ConnectionFactory", null);
			return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, type, true, false).length > 0;
		}
		catch (ClassNotFoundException ex) {
			return false;
		}
	}

	/** The DataSource, or a failure that says what to do. */
	DataSource required() {
		DataSource dataSource = optional();
		if (dataSource != null) {
			return dataSource;
		}
		String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, DataSource.class, true, false);
		if (names.length == 0 && hasConnectionFactory()) {
			throw new EventsConfigurationException(
					"Domain events travel over a DataSource's PostgreSQL, and there is none: where a ConnectionFactory "
							+ "of R2DBC is a bean (spring.r2dbc.url), Spring Boot makes no DataSource of "
							+ "spring.datasource.url",
					"Set events.postgres.url (jdbc:postgresql://…), events.postgres.username and "
							+ "events.postgres.password for the events alone, or make a DataSource bean of your own.");
		}
		if (names.length == 0) {
			throw new EventsConfigurationException(
					"Domain events travel over the application's PostgreSQL, and there is no DataSource",
					"Set spring.datasource.url, or events.postgres.url for the events alone, or "
							+ "events.backend=in-memory for events within this process.");
		}
		Arrays.sort(names);
		throw new EventsConfigurationException(
				"Domain events travel over one database, and of the DataSources " + String.join(", ", names)
						+ " none is primary",
				"Mark the one that the services share with @Primary, or set events.postgres.url.");
	}

}
