package dev.pgevents.spring.internal.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.pgevents.EventBus;
import dev.pgevents.internal.group.GroupMonitor;
import dev.pgevents.postgres.BusMonitor;
import dev.pgevents.postgres.BusStatus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ConnectionStatus;

/**
 * Whether a bus is well, for the health indicator of each line of Boot. Down once it has
 * not delivered for longer than a grace period: a failover of the database, which the bus
 * gets over by itself, must not take every instance out at once. Up where there is no
 * listening connection to be had, or to be wanted.
 */
final class EventsHealth {

	private final Map<String, Object> details = new LinkedHashMap<>();

	private boolean up = true;

	private EventsHealth() {
	}

	/** Looks at a bus. */
	static EventsHealth of(EventBus bus, Duration gracePeriod, Instant now) {
		EventsHealth health = new EventsHealth();
		bus.capability(GroupMonitor.class)
			.map(GroupMonitor::problems)
			.filter((problems) -> !problems.isEmpty())
			.ifPresent((problems) -> health.details.put("groups", problems));
		bus.capability(BusMonitor.class).ifPresent((monitor) -> health.check(monitor.status(), gracePeriod, now));
		return health;
	}

	boolean isUp() {
		return this.up;
	}

	Map<String, Object> details() {
		return this.details;
	}

	private void check(BusStatus status, Duration gracePeriod, Instant now) {
		this.details.put("diagnosis", status.diagnosis());
		if (status.listening()) {
			check(status.connection(), gracePeriod, now);
			if (!status.channelDifferences().isEmpty()) {
				this.details.put("channelDifferences", status.channelDifferences());
			}
		}
		else {
			this.details.put("listening", false);
		}
	}

	private void check(ConnectionStatus status, Duration gracePeriod, Instant now) {
		this.details.put("connection", status.state());
		Instant since = status.notDeliveringSince();
		if (status.state() == ConnectionState.STOPPED) {
			return; // let go of on purpose
		}
		if (since != null) {
			this.details.put("notDeliveringSince", since);
			this.up = !since.plus(gracePeriod).isBefore(now);
		}
		String problem = status.problem();
		if (problem != null) {
			this.details.put("problem", problem);
		}
	}

}
