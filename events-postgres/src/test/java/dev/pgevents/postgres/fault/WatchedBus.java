package dev.pgevents.postgres.fault;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ConnectionStatus;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.Published.Outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A bus under a fault: numbered events are published through it and, from another
 * connection, straight to the server, all the time; a ledger has the deliveries.
 */
final class WatchedBus implements AutoCloseable {

	/** Generous: a busy machine is no failure. */
	static final Duration LIMIT = Duration.ofSeconds(90);

	private static final Duration INTERVAL = Duration.ofMillis(5);

	private final DeliveryLedger ledger = new DeliveryLedger();

	private final List<ConnectionState> states = new CopyOnWriteArrayList<>();

	private final String name = "bus" + UUID.randomUUID();

	private final EventType type = EventType.of("t" + UUID.randomUUID().toString().replace("-", "") + ".x");

	private final ControlledServer server;

	private final PostgresEventBus bus;

	private final Subscription subscription;

	private NumberedPublisher straight;

	private NumberedPublisher through;

	private WatchedBus(ControlledServer server, ConnectionSource source,
			UnaryOperator<PostgresEventBus.Builder> settings) {
		this.server = server;
		this.bus = settings
			.apply(PostgresEventBus.builder()
				.name(this.name)
				.listener(source)
				.publishTimeout(Duration.ofSeconds(1))
				.lockTimeout(Duration.ofMillis(500))
				.heartbeat(Duration.ofMillis(500))
				.backoff(Duration.ofMillis(20), 2, Duration.ofMillis(500))
				.connectionListener((previous, current) -> this.states.add(current)))
			.build();
		this.subscription = this.bus.subscribe(SubscriptionFilter.types(this.type), this.ledger);
	}

	/** A bus whose database need not be there. */
	static WatchedBus create(ControlledServer server, ConnectionSource source,
			UnaryOperator<PostgresEventBus.Builder> settings) {
		return new WatchedBus(server, source, settings);
	}

	/** For what must not fail because the machine is busy. */
	static PostgresEventBus.Builder patient(PostgresEventBus.Builder settings) {
		return settings.publishTimeout(LIMIT).lockTimeout(LIMIT);
	}

	static WatchedBus create(ControlledServer server) {
		return create(server, Sources.of(server), UnaryOperator.identity());
	}

	/** A bus that delivers. */
	static WatchedBus start(ControlledServer server) throws Exception {
		return create(server).start();
	}

	/** Waits until the bus is live, and begins to publish. */
	WatchedBus start() throws Exception {
		return start(this.server.url());
	}

	WatchedBus start(String publishedTo) throws Exception {
		this.subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		await().atMost(LIMIT).until(this.bus::isDelivering);
		this.straight = NumberedPublisher.straightTo(this.server.dataSource(publishedTo), this.type, "straight",
				INTERVAL);
		this.through = NumberedPublisher.through(this.bus, this.type, "through", INTERVAL);
		awaitDelivery();
		return this;
	}

	void awaitReady() throws Exception {
		this.subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

	/** Waits until something is handled that was published straight to the server. */
	void awaitStraight() throws InterruptedException {
		this.straight = NumberedPublisher.straightTo(this.server.dataSource(this.server.url()), this.type, "straight",
				INTERVAL);
		this.ledger.awaitEvent(this.straight, this.straight.awaitNext(LIMIT), LIMIT);
	}

	PostgresEventBus bus() {
		return this.bus;
	}

	DeliveryLedger ledger() {
		return this.ledger;
	}

	NumberedPublisher through() {
		return this.through;
	}

	/** How the bus is called in {@code pg_stat_activity}, as a pattern of LIKE. */
	String sessions() {
		return "pgevents " + this.name + "%";
	}

	String listenerSession() {
		return "pgevents " + this.name + " listener";
	}

	/** The states that the connection has been in. */
	List<ConnectionState> states() {
		return this.states;
	}

	/** An event that nobody subscribes to. */
	Event otherEvent() {
		return Event.of(EventType.of("other"), null, null);
	}

	void awaitState(ConnectionState state) {
		await().atMost(LIMIT).until(() -> this.bus.status().connection().state() == state);
	}

	/** Waits until the bus says that something is wrong. */
	void awaitProblem(ConnectionState state, String... parts) {
		await().atMost(LIMIT).untilAsserted(() -> {
			ConnectionStatus status = this.bus.status().connection();
			assertThat(status.state()).isEqualTo(state);
			assertThat(status.problem()).contains(parts);
		});
	}

	/** Waits until what is published from now on is handled. */
	void awaitDelivery() throws InterruptedException {
		int next = this.through.awaitNext(LIMIT);
		this.ledger.awaitEvent(this.through, next, LIMIT);
		next = this.straight.awaitNext(LIMIT);
		this.ledger.awaitEvent(this.straight, next, LIMIT);
	}

	/** Ends the publishers and checks that nothing was missed in silence. */
	void verify() throws InterruptedException {
		awaitDelivery();
		this.straight.stop();
		this.through.stop();
		awaitLast(this.straight);
		awaitLast(this.through);
		this.ledger.verify(this.straight, this.through);
		assertThat(this.bus.status().connection().state()).isEqualTo(ConnectionState.LISTENING);
	}

	private void awaitLast(Published publisher) throws InterruptedException {
		int last = publisher.begun() - 1;
		while (publisher.outcome(last) != Outcome.ACKNOWLEDGED) {
			last--;
		}
		this.ledger.awaitEvent(publisher, last, LIMIT);
	}

	@Override
	public void close() {
		if (this.straight != null) {
			this.straight.close();
		}
		if (this.through != null) {
			this.through.close();
		}
		this.bus.close();
	}

}
