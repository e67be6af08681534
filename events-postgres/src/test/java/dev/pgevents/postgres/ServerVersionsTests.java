package dev.pgevents.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.OwnServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bus on each major version of the server before the one of all other tests; the build
 * copies their binaries.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class ServerVersionsTests {

	private static final EventType TYPE = EventType.of("epoch.closed");

	private static final Duration LIMIT = Duration.ofSeconds(60);

	@ParameterizedTest
	@ValueSource(ints = { 14, 15, 16, 17 })
	void deliversTellsALossAndHandlesInAGroup(int version) throws Exception {
		try (EmbeddedPostgres server = OwnServer.start(Path.of("target", "postgres-" + version + ".jar"));
				PostgresEventBus bus = PostgresEventBus.builder()
					.dataSource(server.getPostgresDatabase())
					.backoff(Duration.ofMillis(20), 1, Duration.ofMillis(20))
					.log(EventLogSettings.builder().partitions(4).build())
					.build();
				EventStream stream = bus.open(SubscriptionFilter.types(TYPE))) {
			BlockingQueue<Event> group = new LinkedBlockingQueue<>();
			Subscription billing = bus.subscribe(SubscriptionFilter.types(TYPE),
					SubscriptionOptions.builder().group("billing").build(), group::add);
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			billing.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

			Event first = Event.of(TYPE, "a", null);
			bus.publish(first);
			assertHandled(first, stream, group);

			Event inTransaction = Event.of(TYPE, "a", null);
			try (Connection connection = server.getPostgresDatabase().getConnection()) {
				connection.setAutoCommit(false);
				bus.publisher(connection).publish(inTransaction);
				connection.commit();
			}
			assertHandled(inTransaction, stream, group);

			terminateListener(server);
			assertThat(stream.poll(LIMIT)).isInstanceOfSatisfying(Gap.class,
					(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED));
			Event last = Event.of(TYPE, "a", null);
			bus.publish(last);
			// The session that was ended may have left unsaid that those before were
			// handled.
			assertDelivered(last, stream);
			Event handled = group.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			while (first.equals(handled) || inTransaction.equals(handled)) {
				handled = group.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			}
			assertThat(handled).isEqualTo(last);
		}
	}

	private static void assertHandled(Event event, EventStream stream, BlockingQueue<Event> group)
			throws InterruptedException {
		assertDelivered(event, stream);
		assertThat(group.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull()
			.satisfies((handled) -> assertThat(handled.id()).isEqualTo(event.id()));
	}

	private static void assertDelivered(Event event, EventStream stream) throws InterruptedException {
		assertThat(stream.poll(LIMIT)).isInstanceOfSatisfying(Event.class,
				(delivered) -> assertThat(delivered.id()).isEqualTo(event.id()));
	}

	private static void terminateListener(EmbeddedPostgres server) throws SQLException {
		try (Connection connection = server.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(
					"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pgevents % listener'");
		}
	}

}
