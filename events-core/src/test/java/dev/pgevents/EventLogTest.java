package dev.pgevents;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.awaitility.Awaitility.await;

/**
 * Has a bus with an event log. Types, apps and groups are new for each test: a shared
 * database does.
 */
abstract class EventLogTest {

	/** How long a test waits for what is to come. */
	protected static final Duration LIMIT = Duration.ofSeconds(30);

	/** How many attempts buses of this test make before an event is parked. */
	protected static final int ATTEMPTS = 3;

	/** How long buses of this test wait between attempts. */
	protected static final Backoff RETRY = new Backoff(Duration.ofMillis(20), 1, Duration.ofMillis(20));

	final String unique = UUID.randomUUID().toString().replace("-", "");

	/** The group of this test. */
	protected final String group = "g" + this.unique;

	/** The type of this test's events. */
	protected final EventType type = EventType.of("t" + this.unique + ".one");

	final EventType other = EventType.of("t" + this.unique + ".two");

	EventBus bus;

	EventLog log;

	/**
	 * A new bus with an event log, {@link #ATTEMPTS} and {@link #RETRY}; all buses of a
	 * test share the log.
	 * @return the bus
	 */
	protected abstract EventBus createBus();

	/** The log of a bus. */
	protected static EventLog log(EventBus bus) {
		return bus.capability(EventLog.class).orElseThrow();
	}

	@BeforeEach
	void open() {
		this.bus = createBus();
		this.log = log(this.bus);
	}

	@AfterEach
	void close() {
		this.bus.close();
	}

	/** Which events this test publishes with {@link #number}. */
	protected final SubscriptionFilter filter() {
		return SubscriptionFilter.types(this.type);
	}

	/** Options of a group. */
	protected static SubscriptionOptions.Builder options(String group) {
		return SubscriptionOptions.builder().group(group);
	}

	/** An event of this test. */
	protected final Event number(String app, int number) {
		return Event.of(this.type, app, number);
	}

	/** The numbers of a range, its end excluded. */
	protected static List<Integer> range(int from, int to) {
		return IntStream.range(from, to).boxed().toList();
	}

	/** How the group of this test stands. */
	protected final GroupStatus status() {
		return this.log.groups().stream().filter((one) -> one.name().equals(this.group)).findFirst().orElseThrow();
	}

	/** Waits until the group of this test is as far behind as it should be. */
	protected final void awaitLag(long lag) {
		await().atMost(LIMIT).until(() -> this.log.lag(this.group) == lag);
	}

	/** Subscribes a handler in the group of this test. */
	protected final Subscription join(EventBus bus, EventHandler handler) {
		return join(bus.subscribe(filter(), options(this.group).build(), handler));
	}

	/** Waits until a subscription is ready. */
	protected static Subscription join(Subscription subscription) {
		subscription.ready().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
		return subscription;
	}

}
