package dev.pgevents.console;

import dev.pgevents.spring.EventsConfigurationException;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The {@code events.console.*} properties.
 *
 * @param enabled Whether there is a page. Who reaches the web server reaches the page:
 * protect it as you protect the actuator.
 * @param path Where the page is, below the context path.
 * @param operations Whether the page may change something: stop and start handlers, try
 * parked events again or give them up, and what the application's own panels offer.
 * Without, it only shows.
 * @param showPayloads Whether the page shows what events carry.
 * @since 0.1
 */
@ConfigurationProperties("events.console")
public record EventsConsoleProperties(@DefaultValue("false") boolean enabled, @DefaultValue(DEFAULT_PATH) String path,
		@DefaultValue("false") boolean operations, @DefaultValue("false") boolean showPayloads) {

	static final String DEFAULT_PATH = "/events-console";

	/**
	 * Checks the path.
	 * @throws EventsConfigurationException if there can be no page at it
	 */
	public EventsConsoleProperties {
		if (!path.matches("(/[\\w.~-]+)+")) {
			throw new EventsConfigurationException(
					"events.console.path is \"" + path + "\", which is no path of names after slashes",
					"Give it as /events-console or /internal/events, with a slash before and none after it.");
		}
	}

}
