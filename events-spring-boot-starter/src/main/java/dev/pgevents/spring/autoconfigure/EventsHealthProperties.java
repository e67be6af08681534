package dev.pgevents.spring.autoconfigure;

import java.time.Duration;

import dev.pgevents.spring.EventsConfigurationException;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the health indicator.
 *
 * @param gracePeriod Time for which events may not arrive before the application counts
 * as down.
 */
@ConfigurationProperties("management.health.events")
record EventsHealthProperties(@DefaultValue("60s") Duration gracePeriod) {

	EventsHealthProperties {
		if (gracePeriod.isNegative()) {
			throw new EventsConfigurationException(
					"management.health.events.grace-period is " + gracePeriod + ", it must not be negative",
					"Give a duration, such as 60s; 0s for none.");
		}
	}

}
