package dev.pgevents.postgres;

import java.sql.Connection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Publishing on a connection of the caller's.
 */
class CallersConnectionTests extends PublishingTest {

	@Test
	void publishAsyncStaysOutsideOfTheCallersTransaction() throws Exception {
		try (PostgresEventBus bus = publisher().build(); Connection connection = database.connect()) {
			connection.setAutoCommit(false);
			bus.publisher(connection).publish(number(1));
			bus.publisher(connection).publishAsync(number(2)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			connection.rollback();
			assertThat(numbers(1)).containsExactly(2);
		}
	}

	@Test
	void callersConnectionTakesManyInOneStatementAndSaysWhatIsTooLarge() throws Exception {
		try (PostgresEventBus bus = publisher().build(); Connection connection = database.connect()) {
			connection.setAutoCommit(false);
			bus.publisher(connection).publishAll(List.of());
			bus.publisher(connection).publishAll(IntStream.range(0, 100).mapToObj(this::number).toList());
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> bus.publisher(connection).publish(Event.of(this.type, null, "x".repeat(8000))));
			connection.commit();
			assertThat(numbers(100)).isEqualTo(IntStream.range(0, 100).boxed().toList());
			assertThat(this.connections.roundTrips).isEmpty();
		}
	}

	@Test
	void eventArrivesAsOftenAsItWasPublishedInOneTransaction() throws Exception {
		try (PostgresEventBus bus = publisher().build(); Connection connection = database.connect()) {
			Event event = number(1);
			connection.setAutoCommit(false);
			bus.publisher(connection).publish(event);
			bus.publisher(connection).publish(event);
			bus.publisher(connection).publishAll(List.of(event, number(2), event));
			EncodedEvent encoded = bus.encode(event);
			bus.publishEncoded(connection, List.of(encoded));
			bus.publishEncoded(connection, List.of(encoded, encoded));
			connection.commit();
			assertThat(numbers(8)).containsExactly(1, 1, 1, 2, 1, 1, 1, 1);
			connection.setAutoCommit(true);
			bus.publisher(connection).publishAll(List.of(event, number(2), event));
			assertThat(numbers(3)).containsExactly(1, 2, 1);
		}
	}

	@Test
	void callersConnectionToAnotherDatabaseIsRefused() throws Exception {
		try (PostgresEventBus bus = publisher().build();
				Connection elsewhere = TestPostgres.shared().createDatabase().connect();
				Connection here = database.connect()) {
			bus.publish(number(0));
			for (boolean autocommit : new boolean[] { true, false }) {
				elsewhere.setAutoCommit(autocommit);
				assertThatExceptionOfType(PublishException.class)
					.isThrownBy(() -> bus.publisher(elsewhere).publish(number(1)))
					.withMessageContaining("another database")
					.returns(Outcome.NOT_PUBLISHED, PublishException::outcome);
			}
			assertThat(bus.reaches(elsewhere, true)).isFalse();
			assertThat(bus.reaches(here, false)).isTrue();
			bus.publisher(here).publish(number(2));
			assertThat(numbers(2)).containsExactly(0, 2);
		}
	}

	@Test
	void whereTheBusHasNotConnectedTheCallerSaysWhatToThinkOfAConnection() throws Exception {
		try (PostgresEventBus bus = publisher().build(); Connection connection = database.connect()) {
			assertThat(bus.reaches(connection, true)).isTrue();
			assertThat(bus.reaches(connection, false)).isFalse();
		}
	}

	@Test
	void connectionThatIsLostBeforeTheCommitHasCertainlyNotPublished() throws Exception {
		assertThat(failureOnALostConnection(false).outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
	}

	@Test
	void connectionThatIsLostInAutocommitMayHavePublished() throws Exception {
		assertThat(failureOnALostConnection(true).outcome()).isEqualTo(Outcome.UNKNOWN);
	}

	private PublishException failureOnALostConnection(boolean autocommit) throws Exception {
		try (PostgresEventBus bus = publisher().build(); Connection connection = database.connect()) {
			connection.setAutoCommit(autocommit);
			bus.publisher(connection).publish(number(1));
			int process = connection.unwrap(PGConnection.class).getBackendPID();
			assertThat(database.query("SELECT count(pg_terminate_backend(" + process + "))")).isOne();
			return catchThrowableOfType(PublishException.class, () -> {
				while (true) {
					bus.publisher(connection).publish(number(1));
				}
			});
		}
	}

	@Test
	void connectionThatWasClosedHasCertainlyNotPublished() throws Exception {
		try (PostgresEventBus bus = publisher().build()) {
			Connection connection = database.connect();
			connection.close();
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> bus.publisher(connection).publish(number(1)))
				.withMessageContaining("not published")
				.returns(Outcome.NOT_PUBLISHED, PublishException::outcome);
		}
	}

}
