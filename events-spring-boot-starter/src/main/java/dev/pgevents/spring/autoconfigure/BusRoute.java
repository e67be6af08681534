package dev.pgevents.spring.autoconfigure;

import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.EventsConnectionDetails;
import dev.pgevents.spring.internal.connection.BootConnectionDetails;
import dev.pgevents.spring.internal.connection.BusConnections;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.StringUtils;

/**
 * Decides where the bus's own connections go: the most explicit answer wins.
 */
final class BusRoute {

	private BusRoute() {
	}

	static ConnectionSource connections(@Nullable EventsConnectionDetails details, EventsProperties.Postgres postgres,
			ApplicationDataSource dataSource, ListableBeanFactory beans) {
		if (details != null) {
			return BusConnections.of(details);
		}
		String url = postgres.url();
		if (url != null && !url.isBlank()) {
			return BusConnections.of(url, postgres.username(), postgres.password());
		}
		if (StringUtils.hasText(postgres.username()) || StringUtils.hasText(postgres.password())) {
			throw new EventsConfigurationException(
					"events.postgres.username and events.postgres.password count with events.postgres.url only, "
							+ "which is not set",
					"Set events.postgres.url, too, or leave all of them out to go where the DataSource goes.");
		}
		return BusConnections.of(dataSource.required(), BootConnectionDetails.find(beans));
	}

}
