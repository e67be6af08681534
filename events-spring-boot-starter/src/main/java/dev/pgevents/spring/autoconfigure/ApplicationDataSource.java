package dev.pgevents.spring.autoconfigure;

import java.util.Arrays;

import javax.sql.DataSource;

import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;

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

	/** The DataSource, or a failure that says what to do. */
	DataSource required() {
		DataSource dataSource = optional();
		if (dataSource != null) {
			return dataSource;
		}
		String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, DataSource.class, true, false);
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
