package dev.pgevents.spring.internal.actuate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import dev.pgevents.EventBus;
import dev.pgevents.internal.group.GroupMonitor;
import dev.pgevents.postgres.BusMonitor;
import dev.pgevents.postgres.BusStatus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ConnectionStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Down once the bus has not delivered for longer than a grace period: a failover of the
 * database, which the bus gets over by itself, must not take every instance out at once.
 * Up where there is no listening connection to be had, or to be wanted.
 *
 * @since 0.1
 */
public final class EventsHealthIndicator extends AbstractHealthIndicator {

	private final EventBus bus;

	private final Duration gracePeriod;

	private final Clock clock;

	/**
	 * Watches a bus.
	 * @param bus the bus
	 * @param gracePeriod for how long it may not deliver
	 * @param clock measures for how long it has not
	 */
	public EventsHealthIndicator(EventBus bus, Duration gracePeriod, Clock clock) {
		super("the health of the event bus is not known");
		this.bus = bus;
		this.gracePeriod = gracePeriod;
		this.clock = clock;
	}

	@Override
	protected void doHealthCheck(Health.Builder health) {
		health.up();
		this.bus.capability(GroupMonitor.class)
			.map(GroupMonitor::problems)
			.filter((problems) -> !problems.isEmpty())
			.ifPresent((problems) -> health.withDetail("groups", problems));
		this.bus.capability(BusMonitor.class).ifPresent((monitor) -> check(monitor.status(), health));
	}

	private void check(BusStatus status, Health.Builder health) {
		health.withDetail("diagnosis", status.diagnosis());
		if (status.listening()) {
			check(status.connection(), health);
			if (!status.channelDifferences().isEmpty()) {
				health.withDetail("channelDifferences", status.channelDifferences());
			}
		}
		else {
			health.withDetail("listening", false);
		}
	}

	private void check(ConnectionStatus status, Health.Builder health) {
		health.withDetail("connection", status.state());
		Instant since = status.notDeliveringSince();
		if (status.state() == ConnectionState.STOPPED) {
			return; // let go of on purpose
		}
		if (since != null) {
			health.withDetail("notDeliveringSince", since);
			if (since.plus(this.gracePeriod).isBefore(this.clock.instant())) {
				health.down();
			}
		}
		withProblem(status.problem(), health);
	}

	private static void withProblem(@Nullable String problem, Health.Builder health) {
		if (problem != null) {
			health.withDetail("problem", problem);
		}
	}

}
