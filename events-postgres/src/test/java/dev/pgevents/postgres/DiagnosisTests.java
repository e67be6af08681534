package dev.pgevents.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.PublishException;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.test.TestPostgres;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

/**
 * What the bus says of itself, state by state.
 */
class DiagnosisTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final String PROVEN = "at \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ, in \\d+\\.\\d ms\\.";

	@Test
	void healthyTellsWhenThatWasProvenAndHowLongItTook() {
		Instant before = Instant.now();
		try (PostgresEventBus bus = PostgresEventBus.builder().dataSource(TestPostgres.shared().dataSource()).build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			BusStatus status = bus.status();
			assertThat(status.diagnosis()).matches("Events published here arrive here: proven " + PROVEN);
			assertThat(status.delivery().provenAt()).isBetween(before, Instant.now());
			assertThat(status.delivery().provenIn()).isPositive();
			assertThat(status.delivery().serverVersion()).isNotBlank();
		}
	}

	@Test
	void proofIsTakenAgainWhereItIsOld() {
		PostgresEventBus.Builder builder = PostgresEventBus.builder()
			.dataSource(TestPostgres.shared().dataSource())
			.heartbeat(Duration.ofMillis(50));
		builder.proofAge = Duration.ofMillis(100);
		try (PostgresEventBus bus = builder.build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			BusStatus.Delivery first = bus.status().delivery();
			await().atMost(LIMIT).until(() -> !bus.status().delivery().provenAt().equals(first.provenAt()));
			assertThat(bus.status().delivery().provenAt()).isAfter(first.provenAt());
			assertThat(bus.status().delivery().provenIn()).isPositive();
			assertThat(bus.status().diagnosis()).matches("Events published here arrive here: proven " + PROVEN);
		}
	}

	@Test
	void neverConnectedNamesTheCauseAndTheProperties() {
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url("jdbc:postgresql://localhost:1/none", "nobody", null))
			.build()) {
			await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.BACKING_OFF);
			assertThat(bus.status().diagnosis()).startsWith("There was no connection yet")
				.contains("localhost:1", "spring.datasource.url", "events.postgres.url");
			assertThat(bus.status().delivery()).isEqualTo(new BusStatus.Delivery(null, null, null));
		}
	}

	@Test
	void lostAndBackAgain() {
		try (ControlledServer server = ControlledServer.create().start();
				PostgresEventBus bus = PostgresEventBus.builder()
					.dataSource(server.dataSource(server.url()))
					.backoff(Duration.ofMillis(10), 1, Duration.ofMillis(10))
					.build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			Instant first = bus.status().delivery().provenAt();
			server.stop(ControlledServer.Stop.FAST);
			await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.BACKING_OFF);
			assertThat(bus.status().diagnosis()).startsWith("The connection is lost and tried again for ever")
				.matches("(?s).*Delivery was last proven " + PROVEN);
			server.start();
			await().atMost(LIMIT).until(bus::isDelivering);
			assertThat(bus.status().delivery().provenAt()).isAfter(first);
		}
	}

	@Test
	void deafNamesTheCauseAndTheProperty() throws SQLException {
		TestPostgres database = TestPostgres.shared();
		TestPostgres other = database.createDatabase();
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.dataSource(database.dataSource())
			.listener(ConnectionSource.url(other.url(), other.user(), other.password()))
			.build()) {
			await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.DEAF);
			assertThat(bus.status().diagnosis()).startsWith("Connected, yet events do not arrive here: ")
				.contains("another database", "events.postgres.url", "Delivery was never proven.");
		}
	}

	@Test
	void publishingConnectionThatIsDownIsToldWhereEventsOfOthersArrive() {
		TestPostgres database = TestPostgres.shared();
		ConnectionSource connections = ConnectionSource.url(database.url(), database.user(), database.password());
		AtomicBoolean refused = new AtomicBoolean();
		try (PostgresEventBus bus = PostgresEventBus.builder().listener((properties) -> {
			if (refused.get() && properties.getProperty("ApplicationName", "").endsWith("publisher")) {
				throw new SQLException("too many connections for role \"app\"", "53300");
			}
			return connections.open(properties);
		}).publishTimeout(Duration.ofMillis(200)).build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			refused.set(true);
			endPublishingSession(database);
			Event event = Event.of(EventTypes.EPOCH_CLOSED, "1", null);
			await().atMost(LIMIT).untilAsserted(() -> {
				assertThatExceptionOfType(PublishException.class).isThrownBy(() -> bus.publish(event));
				assertThat(bus.status().publishing().problem()).contains("too many connections");
			});
			assertThat(bus.status().diagnosis())
				.startsWith("Events of others arrive here, yet what is published here does not leave: ")
				.contains("too many connections", "max_connections")
				.matches("(?s).*Delivery was last proven " + PROVEN);
			refused.set(false);
			// A connection may take longer than a caller waits.
			await().atMost(LIMIT).untilAsserted(() -> assertThatNoException().isThrownBy(() -> bus.publish(event)));
			assertThat(bus.status().diagnosis()).startsWith("Events published here arrive here");
		}
	}

	@Test
	void publishingThatIsLedElsewhereIsFoundOutThoughNothingOfTheListeningConnectionChanges() throws SQLException {
		TestPostgres database = TestPostgres.shared();
		TestPostgres other = database.createDatabase();
		ConnectionSource here = ConnectionSource.url(database.url(), database.user(), database.password());
		ConnectionSource there = ConnectionSource.url(other.url(), other.user(), other.password());
		AtomicBoolean elsewhere = new AtomicBoolean();
		PostgresEventBus.Builder builder = PostgresEventBus.builder().listener((properties) -> {
			boolean publisher = properties.getProperty("ApplicationName", "").endsWith("publisher");
			return (publisher && elsewhere.get()) ? there.open(properties) : here.open(properties);
		}).heartbeat(Duration.ofMillis(50));
		builder.proofAge = Duration.ofMillis(100);
		try (PostgresEventBus bus = builder.build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			elsewhere.set(true);
			endPublishingSession(database);
			await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.DEAF);
			assertThat(bus.status().diagnosis()).startsWith("Connected, yet events do not arrive here: ")
				.contains("another database", "events.postgres.url")
				.matches("(?s).*Delivery was last proven " + PROVEN + " Synchronizing methods poll\\.");
			elsewhere.set(false);
			endPublishingSession(database);
			await().atMost(LIMIT).until(bus::isDelivering);
		}
	}

	private static void endPublishingSession(TestPostgres database) {
		try {
			database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
					+ "WHERE application_name = 'pgevents events publisher'");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void connectedButNotProvenSaysWhatIsAwaited() {
		assertThat(status(ConnectionState.CONNECTING, null, "18.6").diagnosis()).contains("delivery is not proven yet")
			.endsWith("Delivery was never proven.");
		assertThat(status(ConnectionState.CONNECTING, null, null).diagnosis())
			.isEqualTo("The connection is being made for the first time.");
	}

	@Test
	void stoppedOffAndClosedAreNoFaults() {
		assertThat(status(ConnectionState.STOPPED, null, "18.6").diagnosis()).contains("application is stopped");
		assertThat(status(ConnectionState.CLOSED, null, "18.6").diagnosis()).contains("closed for good");
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.dataSource(TestPostgres.shared().dataSource())
			.listening(false)
			.build()) {
			assertThat(bus.status().diagnosis())
				.isEqualTo("This process is not meant to listen: it publishes, and its synchronizing methods poll.");
		}
	}

	@Test
	void knownFaultOfTheServerIsNamedInEveryState() {
		for (ConnectionState state : ConnectionState.values()) {
			assertThat(status(state, "gone", "17.6").diagnosis()).contains("PostgreSQL 17.6 has a known fault",
					"Update to 17.8 or later.");
			assertThat(status(state, "gone", "18.6").diagnosis()).doesNotContain("fault");
		}
	}

	private static BusStatus status(ConnectionState state, @Nullable String problem, @Nullable String version) {
		return new BusStatus(true, new ConnectionStatus(state, null, problem),
				new BusStatus.Delivery(null, null, version), Set.of(), false, new BusStatus.Publishing(0, 0, null),
				new BusStatus.Notifications(0, 0), new BusStatus.Handlers(0, 0, 0, 0), List.of());
	}

}
