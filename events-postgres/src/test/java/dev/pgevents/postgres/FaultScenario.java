package dev.pgevents.postgres;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.EventHandler;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.DeliveryLedger;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.fault.NumberedPublisher;
import dev.pgevents.postgres.fault.Sources;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A bus that reaches its server through a network that fails, with time-outs short enough
 * to see them pass, and a publisher that reaches it straight.
 */
final class FaultScenario implements AutoCloseable {

	static final Duration LIMIT = Duration.ofSeconds(60);

	static final Duration OFTEN = Duration.ofMillis(2);

	private static ControlledServer shared;

	final String name = "fault" + UUID.randomUUID().toString().replace("-", "");

	final EventType type = EventType.of(this.name);

	final SubscriptionFilter filter = SubscriptionFilter.types(this.type);

	final ControlledServer server = server();

	final FaultyNetwork network = FaultyNetwork.inFrontOf(this.server.url());

	final DeliveryLedger ledger = new DeliveryLedger();

	final AtomicInteger attempts = new AtomicInteger();

	private final boolean tls;

	private PostgresEventBus bus;

	private NumberedPublisher publisher;

	FaultScenario(boolean tls) throws IOException {
		this.tls = tls;
	}

	/** One server for all scenarios, with TLS for those who want it. */
	private static synchronized ControlledServer server() {
		if (shared == null) {
			shared = ControlledServer.create("max_connections = 100").withTls().start();
		}
		return shared;
	}

	/** A URL through the network. */
	String url() {
		return this.network.url(this.server.url())
				+ (this.tls ? "?sslmode=verify-full&sslrootcert=" + this.server.certificate() : "?sslmode=disable");
	}

	PGSimpleDataSource straight() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(this.server.url());
		dataSource.setUser(this.server.user());
		dataSource.setPassword(this.server.password());
		return dataSource;
	}

	PostgresEventBus.Builder builder() {
		ConnectionSource source = Sources.of(this.server, url());
		PostgresEventBus.Builder builder = PostgresEventBus.builder().name(this.name).listener((settings) -> {
			this.attempts.incrementAndGet();
			return source.open(settings);
		})
			.heartbeat(Duration.ofMillis(300))
			.publishTimeout(Duration.ofSeconds(2))
			.lockTimeout(Duration.ofSeconds(1))
			.backoff(Duration.ofMillis(5), 2, Duration.ofMillis(100));
		builder.networkTimeout = Duration.ofSeconds(2);
		return builder;
	}

	/** A bus that need not reach its server. */
	PostgresEventBus build() {
		return build(builder());
	}

	PostgresEventBus build(PostgresEventBus.Builder builder) {
		this.bus = builder.build();
		return this.bus;
	}

	/** Subscribes, waits until that is live, and lets events come. */
	Subscription begin() throws Exception {
		Subscription subscription = this.bus.subscribe(this.filter, this.ledger);
		subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		this.publisher = NumberedPublisher.straightTo(straight(), this.type, "p", OFTEN);
		awaitDelivery();
		return subscription;
	}

	/** A bus that delivers. */
	static FaultScenario begun(boolean tls) throws Exception {
		FaultScenario scenario = new FaultScenario(tls);
		scenario.build();
		scenario.begin();
		return scenario;
	}

	PostgresEventBus bus() {
		return this.bus;
	}

	NumberedPublisher publisher() {
		return this.publisher;
	}

	/** Waits until events that are published from now on arrive, and that is proven. */
	void awaitDelivery() throws InterruptedException {
		await().atMost(LIMIT).until(this.bus::isDelivering);
		this.ledger.awaitDeliveryBack(this.publisher, LIMIT);
	}

	/** Waits until the bus has noticed that it does not deliver. */
	void awaitLoss() {
		await().atMost(LIMIT).until(() -> !this.bus.isDelivering());
	}

	void awaitAttempts(int more) {
		int before = this.attempts.get();
		await().atMost(LIMIT).until(() -> this.attempts.get() >= before + more);
	}

	/** Delivery comes back, and nothing was missed in silence. */
	void verify() throws InterruptedException {
		awaitDelivery();
		this.publisher.stop();
		this.ledger.awaitLast(this.publisher, LIMIT);
		this.ledger.verify(this.publisher);
	}

	/** Nothing of the bus is left, once it and the network are closed. */
	void closeAndVerifyNothingIsLeft() throws Exception {
		close();
		await().atMost(LIMIT).until(() -> this.server.sessions("pgevents " + this.name + "%") == 0);
		await().atMost(LIMIT).until(() -> threads() == 0);
	}

	long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(this.name))
			.count();
	}

	/** Waits until a thread of the bus is in a method. */
	void awaitThreadIn(String method) {
		await().atMost(LIMIT).until(() -> isThreadIn(method));
	}

	boolean isThreadIn(String method) {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().getName().startsWith(this.name))
			.flatMap((entry) -> Arrays.stream(entry.getValue()))
			.anyMatch((frame) -> frame.getMethodName().equals(method));
	}

	@Override
	public void close() throws IOException {
		if (this.publisher != null) {
			this.publisher.close();
		}
		if (this.bus != null) {
			this.bus.close();
		}
		this.network.close();
	}

	/** Where a busy machine must not look like a fault. */
	PostgresEventBus.Builder steady() {
		PostgresEventBus.Builder builder = builder();
		builder.networkTimeout = LIMIT;
		return builder;
	}

	/** Time-outs so long that only what the test does can be what ends a wait. */
	PostgresEventBus.Builder patient() {
		PostgresEventBus.Builder builder = builder().heartbeat(Duration.ofHours(1))
			.publishTimeout(Duration.ofHours(1))
			.shutdownTimeout(Duration.ofMillis(500))
			.backoff(Duration.ofHours(1), 1, Duration.ofHours(1));
		builder.networkTimeout = Duration.ofHours(1);
		return builder;
	}

	/** Builds a bus that dials, and gets no answer. */
	void buildDialling() throws Exception {
		this.network.ignoreDials();
		build(patient());
		awaitThreadIn("connect");
	}

	/** Builds a bus that waits for the server's part of the handshake. */
	void buildInTheHandshake() throws Exception {
		this.network.blackHole();
		build(patient());
		await().atMost(LIMIT).until(() -> this.network.accepted() > 0);
	}

	/** Builds a bus that waits for its next attempt. */
	void buildBackingOff() throws Exception {
		this.network.refuse();
		build(patient());
		await().atMost(LIMIT).until(() -> bus().status().connection().state() == ConnectionState.BACKING_OFF);
	}

	/**
	 * Builds a bus that waits for the answer to a LISTEN.
	 * @return the subscription that needs it
	 */
	Subscription buildInListen() throws Exception {
		EventHandler nothing = (event) -> {
		};
		build(patient().channels(ChannelStrategy.perApp("c", 2)));
		assertThat(bus().subscribe(SubscriptionFilter.apps("1"), nothing).ready()).succeedsWithin(LIMIT);
		this.network.stall();
		Subscription pending = bus().subscribe(SubscriptionFilter.all(), nothing);
		awaitThreadIn("applyChanges");
		return pending;
	}

}
