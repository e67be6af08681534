package dev.pgevents.spring.autoconfigure;

import dev.pgevents.spring.EventsConnectionDetails;
import dev.pgevents.spring.connection.BootConnectionDetails;
import dev.pgevents.spring.connection.BusConnections;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Decides where the bus's own connections go: the most explicit answer wins.
 */
final class BusRoute {

	private BusRoute() {
	}

	static BusConnections connections(@Nullable EventsConnectionDetails details, EventsProperties.Postgres postgres,
			ApplicationDataSource dataSource, ListableBeanFactory beans) {
		if (details != null) {
			return BusConnections.of(details);
		}
		if (postgres.url() != null) {
			return BusConnections.of(postgres.url(), postgres.username(), postgres.password());
		}
		return BusConnections.of(dataSource.required(), BootConnectionDetails.find(beans));
	}

}
