package dev.pgevents;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Has a bus, and a group of event types that no other test uses: a shared database does.
 */
abstract class EventBusTest {

	static final Duration LIMIT = Duration.ofSeconds(20);

	final String group = "t" + UUID.randomUUID().toString().replace("-", "");

	final EventType one = EventType.of(this.group + ".one");

	final EventType two = EventType.of(this.group + ".two");

	final SubscriptionFilter all = SubscriptionFilter.types(this.group + ".*");

	EventBus bus;

	/**
	 * A new bus; all buses of a test talk to each other.
	 * @return the bus
	 */
	protected abstract EventBus createBus();

	@BeforeEach
	void open() {
		this.bus = createBus();
	}

	@AfterEach
	void close() {
		this.bus.close();
	}

	Event number(int number) {
		return Event.of(this.one, "app", number);
	}

	void subscribe(SubscriptionFilter filter, EventHandler handler) {
		join(this.bus.subscribe(filter, handler));
	}

	static void join(Subscription subscription) {
		subscription.ready().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
	}

}
