package dev.pgevents.spring.internal.actuate;

import dev.pgevents.EventBus;
import dev.pgevents.postgres.PostgresEventBus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the bus as a whole.
 *
 * @since 0.1
 */
public final class BusMeters implements MeterBinder {

	private final EventBus bus;

	/**
	 * Measures a bus.
	 * @param bus the bus; only that of PostgreSQL has something to measure
	 */
	public BusMeters(EventBus bus) {
		this.bus = bus;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		if (this.bus instanceof PostgresEventBus postgres) {
			bindTo(registry, postgres);
		}
	}

	private static void bindTo(MeterRegistry registry, PostgresEventBus postgres) {
		Gauge.builder("events.connection.delivering", postgres, (bus) -> bus.isDelivering() ? 1 : 0)
			.description("1 while a notification is known to arrive, else 0")
			.register(registry);
		Gauge.builder("events.publisher.queued", postgres, PostgresEventBus::queuedEvents)
			.description("Events that are waiting to be sent")
			.register(registry);
		FunctionCounter.builder("events.publisher.failed", postgres, PostgresEventBus::failedEvents)
			.description("Events that could not be sent, or may not have been")
			.register(registry);
		FunctionCounter.builder("events.notifications.unreadable", postgres, PostgresEventBus::unreadableNotifications)
			.description("Notifications that could not be read, those refused among them")
			.register(registry);
		FunctionCounter.builder("events.notifications.refused", postgres, PostgresEventBus::refusedNotifications)
			.description("Notifications that were not signed with an accepted key")
			.register(registry);
	}

}
