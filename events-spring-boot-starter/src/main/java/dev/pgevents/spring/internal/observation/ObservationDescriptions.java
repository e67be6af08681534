package dev.pgevents.spring.internal.observation;

import java.util.Map;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Describes the timers that Micrometer makes of this library's observations, which cannot
 * describe themselves. Thread-safe.
 *
 * @since 0.1
 */
public final class ObservationDescriptions implements MeterFilter {

	private static final String UNDER_WAY = ".active";

	private static final Map<String, String> DESCRIPTIONS = Map.of("events.publish",
			"Publishing of events, until the commit where there is a transaction", "events.publish.rolled-back",
			"Publishing of events that were rolled back with their transaction", "events.handle",
			"Calls of handler methods", "events.sync", "Runs of synchronizing methods");

	@Override
	public Meter.Id map(Meter.Id id) {
		boolean active = id.getName().endsWith(UNDER_WAY);
		String name = active ? id.getName().substring(0, id.getName().length() - UNDER_WAY.length()) : id.getName();
		String description = (id.getDescription() == null) ? DESCRIPTIONS.get(name) : null;
		if (description == null) {
			return id;
		}
		return new Meter.Id(id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(),
				active ? description + ", those under way" : description, id.getType());
	}

}
