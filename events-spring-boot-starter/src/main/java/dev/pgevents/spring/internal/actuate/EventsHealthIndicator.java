package dev.pgevents.spring.internal.actuate;

import java.time.Clock;
import java.time.Duration;

import dev.pgevents.EventBus;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * The health indicator from Boot 4 on.
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
	protected void doHealthCheck(Health.Builder builder) {
		EventsHealth health = EventsHealth.of(this.bus, this.gracePeriod, this.clock.instant());
		builder.status(health.isUp() ? Status.UP : Status.DOWN).withDetails(health.details());
	}

}
