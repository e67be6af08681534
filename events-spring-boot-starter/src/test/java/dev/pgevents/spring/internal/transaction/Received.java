package dev.pgevents.spring.internal.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What has arrived on a bus since the last time somebody asked. Asking publishes a marker
 * outside of any transaction and takes everything before it, so that "nothing has
 * arrived" needs no waiting.
 */
public final class Received implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final EventType MARKER = EventType.of("marker");

	private final EventBus bus;

	private final EventStream stream;

	public Received(EventBus bus) {
		this.bus = bus;
		this.stream = bus.open(SubscriptionFilter.all());
		this.stream.ready().orTimeout(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS).join();
	}

	/** The app ids of the events that have arrived. */
	public List<String> appIds() {
		return events().stream().map(Event::appId).toList();
	}

	/** The events that have arrived. */
	public List<Event> events() {
		UUID marker = publishMarker();
		List<Event> events = new ArrayList<>();
		for (Event event = next(); !event.id().equals(marker); event = next()) {
			events.add(event);
		}
		return events;
	}

	/**
	 * The events up to one that is waited for, which other threads may be about to
	 * publish.
	 */
	public List<Event> until(Predicate<Event> last) {
		List<Event> events = new ArrayList<>();
		do {
			events.add(next());
		}
		while (!last.test(events.get(events.size() - 1)));
		return events;
	}

	private UUID publishMarker() {
		Event marker = Event.of(MARKER, null, null);
		this.bus.publishAsync(marker).join(); // publishAsync joins no transaction
		return marker.id();
	}

	private Event next() {
		try {
			Delivery delivery = this.stream.poll(LIMIT);
			assertThat(delivery).isInstanceOf(Event.class);
			return (Event) delivery;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.stream.close();
	}

}
