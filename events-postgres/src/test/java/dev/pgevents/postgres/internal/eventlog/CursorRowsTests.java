package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.group.Cursor;
import dev.pgevents.internal.group.Progress;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cursors are moved without a look at their index, which has an entry for many a version
 * that a held snapshot keeps. PostgreSQL counts the looks of a transaction.
 */
class CursorRowsTests {

	private static final EventType TYPE = EventType.of("epoch.closed");

	private static final int FAILS_ONCE = 2;

	private static final String LOOKS = "SELECT coalesce(sum(pg_stat_get_xact_numscans(c.oid)), 0) FROM pg_class AS c"
			+ " WHERE c.oid = 'pgevents.event_cursor'::regclass OR c.oid IN (SELECT indexrelid FROM pg_index"
			+ " WHERE indrelid = 'pgevents.event_cursor'::regclass)";

	private final LogNames names = new LogNames(LogNames.DEFAULT_SCHEMA, LogNames.DEFAULT_PREFIX);

	private TestPostgres database;

	@BeforeEach
	void createDatabase() throws Exception {
		this.database = TestPostgres.shared().createDatabase();
	}

	@Test
	void handlersTransactionsKnowTheRowAndLookItUpWhereItHasMoved() throws Exception {
		BlockingQueue<Long> looks = new LinkedBlockingQueue<>();
		AtomicBoolean failed = new AtomicBoolean();
		try (PostgresEventBus bus = bus()) {
			bus.subscribe(SubscriptionFilter.all(),
					SubscriptionOptions.builder().group("billing").errorHandler((sub, delivery, error) -> {
					}).build(), (event) -> {
						try (Connection connection = connect()) {
							bus.acknowledge(connection);
							looks.add(looks(connection));
							if (event.payloadAs(Integer.class) == FAILS_ONCE && failed.compareAndSet(false, true)) {
								throw new IllegalStateException("rolled back");
							}
							connection.commit();
						}
					})
				.ready()
				.get(30, TimeUnit.SECONDS);
			assertThat(publish(bus, 1, looks)).isPositive();
			assertThat(publish(bus, 1, looks)).isZero();
			assertThat(publish(bus, 1, looks)).isZero();
			this.database.execute("VACUUM FULL pgevents.event_cursor");
			assertThat(publish(bus, 1, looks)).isPositive();
			assertThat(publish(bus, 1, looks)).isZero();
			assertThat(publish(bus, FAILS_ONCE, looks)).as("what is rolled back").isZero();
			assertThat(looks.poll(30, TimeUnit.SECONDS)).as("tried again").isNotNull();
			assertThat(publish(bus, 1, looks)).as("behind it, or where the row is not where it was to be").isPositive();
		}
	}

	/** Returns how often the transaction of its handler has looked the cursor up. */
	private static @Nullable Long publish(PostgresEventBus bus, int payload, BlockingQueue<Long> looks)
			throws InterruptedException {
		bus.publish(Event.of(TYPE, "app", payload));
		return looks.poll(30, TimeUnit.SECONDS);
	}

	@Test
	void movesOfManyCursorsKnowTheirRows() throws Exception {
		try (PostgresEventBus bus = bus()) {
			bus.initializeEventLog();
		}
		UUID event = UUID.randomUUID();
		this.database.execute(
				"INSERT INTO pgevents.event_cursor (grp, part, pos) VALUES ('billing', 1, 0)," + " ('billing', 2, 0)");
		this.database.execute("INSERT INTO pgevents.event_log (part, pos, id, type, occurred_at) SELECT p, n, '" + event
				+ "', 'epoch.closed', now() FROM generate_series(1, 2) AS p, generate_series(1, 9) AS n");
		Acknowledgements acknowledgements = new Acknowledgements(this.names, new CursorRows());
		assertThat(looksOfMove(acknowledgements, moves(event, 0, 1))).isPositive();
		assertThat(looksOfMove(acknowledgements, moves(event, 1, 2))).isZero();
		this.database.execute("VACUUM FULL pgevents.event_cursor");
		assertThat(looksOfMove(acknowledgements, moves(event, 2, 3))).isPositive();
		assertThat(looksOfMove(acknowledgements, moves(event, 3, 4))).isZero();
		assertThat(looksOfMove(acknowledgements, moves(event, 3, 5), 1, 2)).as("not from there").isPositive();
		this.database.execute("UPDATE pgevents.event_cursor SET epoch = 1 WHERE part = 2");
		assertThat(looksOfMove(acknowledgements, moves(event, 4, 5), 2)).as("another's").isPositive();
		assertThat(this.database.query("SELECT sum(pos) FROM pgevents.event_cursor")).isEqualTo(5 + 4);
	}

	/** Expects that the cursors of some partitions are left. */
	private long looksOfMove(Acknowledgements acknowledgements, List<Progress> moves, Integer... left)
			throws SQLException {
		try (Connection connection = connect()) {
			assertThat(acknowledgements.move(connection, "billing", moves)).containsExactlyInAnyOrder(left);
			long looks = looks(connection);
			connection.commit();
			return looks;
		}
	}

	/**
	 * A session that has counted nothing yet, and in which a table is not read as a whole
	 * because it is small.
	 */
	private Connection connect() throws SQLException {
		Connection connection = this.database.connect();
		try (Statement statement = connection.createStatement()) {
			statement.execute("SET enable_seqscan = off");
		}
		connection.setAutoCommit(false);
		return connection;
	}

	@Test
	void publicationOfAllTablesLetsThemChange() throws Exception {
		BlockingQueue<Event> handled = new LinkedBlockingQueue<>();
		try (PostgresEventBus bus = bus()) {
			bus.initializeEventLog();
			this.database.execute("CREATE PUBLICATION everything FOR ALL TABLES");
			bus.subscribe(SubscriptionFilter.all(), SubscriptionOptions.builder().group("billing").build(),
					handled::add)
				.ready()
				.get(30, TimeUnit.SECONDS);
			bus.publish(Event.of(TYPE, "app", 1));
			assertThat(handled.poll(30, TimeUnit.SECONDS)).isNotNull();
		}
		assertThat(this.database.query("SELECT sum(pos) FROM pgevents.event_cursor")).isEqualTo(1);
		this.database.execute("DELETE FROM pgevents.event_interest");
	}

	private static List<Progress> moves(UUID event, long from, long to) {
		return List.of(new Progress(new Cursor(1, from, 0), to, event),
				new Progress(new Cursor(2, from, 0), to, event));
	}

	private static long looks(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(LOOKS)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	private PostgresEventBus bus() {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url(this.database.url(), this.database.user(), this.database.password()))
			.lockTimeout(Duration.ofSeconds(10))
			.log(EventLogSettings.builder().partitions(8).build())
			.build();
	}

}
