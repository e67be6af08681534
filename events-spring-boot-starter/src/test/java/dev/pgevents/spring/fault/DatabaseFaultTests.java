package dev.pgevents.spring.fault;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.ConnectionStateChanged;
import dev.pgevents.spring.EventsConnectionDetails;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.internal.actuate.BusMeters;
import dev.pgevents.spring.internal.actuate.ConnectionDescriptor;
import dev.pgevents.spring.internal.actuate.EventsDescriptor;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class DatabaseFaultTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static final String LEAK = "Connection leak detection triggered";

	private static ControlledServer server;

	private ConfigurableApplicationContext context;

	@BeforeAll
	static void createServer() {
		server = ControlledServer.create().start();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void startsWithoutADatabaseAndSaysHowItIsUntilItComesAndWhenItGoesAgain(CapturedOutput output) {
		server.stop(ControlledServer.Stop.FAST);
		this.context = application("management.health.events.grace-period=0s",
				"events.listener.recovery.initial-delay=1ms", "events.listener.recovery.max-delay=5ms")
			.start();
		MeterRegistry meters = new SimpleMeterRegistry();
		this.context.getBean(BusMeters.class).bindTo(meters);
		awaitTold(ConnectionState.BACKING_OFF, Status.DOWN, meters);
		awaitAttempts(20);
		assertThat(lines(output, "connection lost or refused")).isEqualTo(1);
		assertThat(lines(output, "PSQLException: Connection to")).as("stack traces").isZero();
		server.start();
		awaitTold(ConnectionState.LISTENING, Status.UP, meters);
		assertThat(endpoint().server().status()).isNotNull();
		assertWorks("came");
		server.stop(ControlledServer.Stop.IMMEDIATE);
		awaitTold(ConnectionState.BACKING_OFF, Status.DOWN, meters);
		awaitAttempts(20);
		assertThat(lines(output, "connection lost or refused")).isEqualTo(2);
		server.start();
		awaitTold(ConnectionState.LISTENING, Status.UP, meters);
		assertWorks("came again");
		assertThat(lines(output, "listening, delivery proven")).isEqualTo(2);
	}

	@Test
	void saysEachChangeOfTheConnectionOnceAndInOrderHoweverOftenItIsCut(CapturedOutput output) throws Exception {
		// After a session that delivered there is nothing to back off from.
		start("events.listener.recovery.initial-delay=1h", "events.listener.recovery.max-delay=1h");
		Watching watching = this.context.getBean(Watching.class);
		for (int i = 1; i <= 20; i++) {
			assertThat(server.terminate("pgevents%listener")).isEqualTo(1);
			int proven = i + 1;
			await().atMost(LIMIT).until(() -> watching.count(ConnectionState.LISTENING) == proven);
		}
		assertThat(watching.changes).extracting(ConnectionStateChanged::previous)
			.startsWith(ConnectionState.CONNECTING);
		for (int i = 1; i < watching.changes.size(); i++) {
			assertThat(watching.changes.get(i).previous()).isEqualTo(watching.changes.get(i - 1).current());
		}
		assertThat(watching.count(ConnectionState.BACKING_OFF)).isEqualTo(20);
		assertThat(lines(output, "connection lost or refused")).isEqualTo(20);
		assertThat(lines(output, "listening, delivery proven")).isEqualTo(21);
		assertThat(lines(output, "not receiving events")).isZero();
		assertWorks("after twenty");
	}

	@Test
	void handlersLearnOfTheReconnectionInOrderWithTheEventsAroundIt() throws Exception {
		start();
		List<String> expected = new ArrayList<>(publishMany("before"));
		assertThat(server.terminate("pgevents%listener")).isEqualTo(1);
		Watching watching = this.context.getBean(Watching.class);
		await().atMost(LIMIT).until(() -> watching.seen.contains("RECONNECTED"));
		expected.add("RECONNECTED");
		expected.addAll(publishMany("after"));
		assertThat(watching.seen).isEqualTo(expected);
	}

	private List<String> publishMany(String prefix) {
		List<String> apps = IntStream.range(0, 500).mapToObj((i) -> prefix + i).toList();
		apps.forEach(this::publish);
		Watching watching = this.context.getBean(Watching.class);
		await().atMost(LIMIT).until(() -> watching.seen.contains(apps.get(apps.size() - 1)));
		return apps;
	}

	@Test
	void followsAPasswordThatIsRotatedAtTheServerFirst() throws SQLException {
		server.requirePassword("first");
		start();
		Details details = this.context.getBean(Details.class);
		PostgresEventBus bus = this.context.getBean(PostgresEventBus.class);
		details.password = "first";
		server.requirePassword("second");
		server.terminate("pgevents%");
		await().atMost(LIMIT)
			.until(() -> String.valueOf(bus.status().connection().problem())
				.contains("password authentication failed"));
		assertThat(bus.isDelivering()).isFalse();
		details.password = null;
		assertWorks("with the second");
	}

	@Test
	void logsInWithThePasswordOfTheProperties() throws SQLException {
		server.requirePassword("third");
		this.context = SmallApplication.with(Watching.class)
			.connectedTo(server.url(), server.user(), "wrong")
			.properties("events.postgres.url=" + server.url(), "events.postgres.username=" + server.user(),
					"events.postgres.password=third")
			.startAndAwaitDelivery();
		assertWorks("with the third");
	}

	@Test
	void worksBesideAPoolOfOneConnectionWithoutALeakWarning(CapturedOutput output) throws Exception {
		start("spring.datasource.hikari.maximum-pool-size=1", "spring.datasource.hikari.leak-detection-threshold=2000");
		assertWorks("pooled");
		TransactionTemplate transaction = new TransactionTemplate(
				this.context.getBean(PlatformTransactionManager.class));
		transaction.executeWithoutResult((status) -> publish("in transaction"));
		await().atMost(LIMIT).until(() -> this.context.getBean(Watching.class).seen.contains("in transaction"));
		// What the application itself does not give back is seen, so the bus would be.
		try (Connection leaked = this.context.getBean(DataSource.class).getConnection()) {
			await().atMost(LIMIT).until(() -> lines(output, LEAK) > 0);
			assertThat(leaked.isValid(10)).isTrue();
		}
		// A stall of this thread within its transaction may look like one, too.
		assertThat(output.getAll().lines().filter((line) -> line.contains(LEAK)))
			.allMatch((line) -> line.contains("on thread " + Thread.currentThread().getName() + ","));
	}

	@Test
	void followsAFailoverToTheStandbyOfTheUrl() throws Exception {
		try (ControlledServer primary = ControlledServer.create().start();
				ControlledServer standby = primary.standby()) {
			start("spring.datasource.url=" + primary.url(primary.address(), standby.address()) + "?connectTimeout=5",
					"management.health.events.grace-period=60s");
			assertWorks("on the primary");
			primary.kill();
			standby.promote();
			PostgresEventBus bus = this.context.getBean(PostgresEventBus.class);
			await().atMost(LIMIT).until(() -> standby.sessions("pgevents%listener") == 1 && bus.isDelivering());
			Watching watching = this.context.getBean(Watching.class);
			await().atMost(LIMIT).until(() -> watching.seen.contains("RECONNECTED"));
			assertWorks("on the standby");
			assertThat(watching.seen).containsExactly("on the primary", "RECONNECTED", "on the standby");
			assertThat(health().getStatus()).isEqualTo(Status.UP);
		}
	}

	private void start(String... properties) {
		this.context = application(properties).startAndAwaitDelivery();
	}

	private static SmallApplication application(String... properties) {
		return SmallApplication.with(Watching.class, Details.class)
			.connectedTo(server.url(), server.user(), server.password())
			.properties("events.listener.recovery.max-delay=200ms", "logging.level.dev.pgevents=info")
			.properties(properties);
	}

	private void assertWorks(String app) {
		Watching watching = this.context.getBean(Watching.class);
		PostgresEventBus bus = this.context.getBean(PostgresEventBus.class);
		await().atMost(LIMIT).until(bus::isDelivering);
		publish(app);
		await().atMost(LIMIT).until(() -> watching.seen.contains(app));
	}

	private void publish(String app) {
		this.context.getBean(Publisher.class).publish(Event.of(EventType.of("fault.watched"), app, null));
	}

	private void awaitAttempts(int more) {
		AtomicInteger attempts = this.context.getBean(Details.class).attempts;
		int before = attempts.get();
		await().atMost(LIMIT).until(() -> attempts.get() >= before + more);
	}

	/** All who tell how the bus is tell the same. */
	private void awaitTold(ConnectionState state, Status status, MeterRegistry meters) {
		boolean delivering = state == ConnectionState.LISTENING;
		await().atMost(LIMIT).untilAsserted(() -> {
			Health health = health();
			assertThat(health.getStatus()).isEqualTo(status);
			assertThat(health.getDetails()).containsEntry("connection", state);
			assertThat(health.getDetails().containsKey("problem")).isEqualTo(!delivering);
			ConnectionDescriptor connection = endpoint().connection();
			assertThat(connection.state()).isEqualTo(state);
			assertThat(connection.notDeliveringSince() == null).isEqualTo(delivering);
			assertThat(meters.get("events.connection.delivering").gauge().value()).isEqualTo(delivering ? 1 : 0);
		});
	}

	private Health health() {
		return this.context.getBean(EventsHealthIndicator.class).health();
	}

	private EventsDescriptor endpoint() {
		return this.context.getBean(EventsEndpoint.class).events();
	}

	private static long lines(CapturedOutput output, String text) {
		return output.getAll().lines().filter((line) -> line.contains(text)).count();
	}

	/** Counts the attempts to connect, and knows the server's password or another one. */
	static class Details implements EventsConnectionDetails {

		final AtomicInteger attempts = new AtomicInteger();

		volatile String password;

		private final String url;

		Details(Environment environment) {
			this.url = environment.getRequiredProperty("spring.datasource.url");
		}

		@Override
		public String getJdbcUrl() {
			this.attempts.incrementAndGet();
			return this.url;
		}

		@Override
		public String getUsername() {
			return server.user();
		}

		@Override
		public String getPassword() {
			return (this.password != null) ? this.password : server.password();
		}

	}

	/** Writes down what it is told. */
	static class Watching {

		final List<String> seen = new CopyOnWriteArrayList<>();

		final List<ConnectionStateChanged> changes = new CopyOnWriteArrayList<>();

		long count(ConnectionState state) {
			return this.changes.stream().filter((change) -> change.current() == state).count();
		}

		@OnDomainEvent("fault.watched")
		void on(@AppId String app) {
			this.seen.add(app);
		}

		@OnGap
		void on(Gap gap) {
			this.seen.add(gap.reason().name());
		}

		@EventListener
		void on(ConnectionStateChanged change) {
			this.changes.add(change);
		}

	}

}
