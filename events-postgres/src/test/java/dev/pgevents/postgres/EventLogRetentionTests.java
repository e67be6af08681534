package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.pgevents.Backoff;
import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventLog;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.StartPosition;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.OwnThread;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

class EventLogRetentionTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final EventType TYPE = EventType.of("epoch.closed");

	private TestPostgres database;

	@BeforeEach
	void createDatabase() throws Exception {
		this.database = TestPostgres.shared().createDatabase();
	}

	private PostgresEventBus bus() {
		return bus(this.database.user(), UnaryOperator.identity());
	}

	private PostgresEventBus bus(String user, UnaryOperator<EventLogSettings.Builder> settings) {
		PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(this.database.url(), user, this.database.password()))
			.lockTimeout(Duration.ofMillis(300))
			.log(settings
				.apply(EventLogSettings.builder().partitions(4).retry(1, new Backoff(Duration.ofMillis(20), 1, LIMIT)))
				.build())
			.build();
		bus.initializeEventLog();
		return bus;
	}

	@Test
	void leavesAreMadeAheadByOneProcessAtATime() throws Exception {
		try (PostgresEventBus one = bus(); PostgresEventBus two = bus()) {
			CompletableFuture
				.allOf(Stream.of(one, two, one, two)
					.map((bus) -> CompletableFuture.runAsync(bus::retain, OwnThread.EACH))
					.toArray(CompletableFuture<?>[]::new))
				.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			one.retain();
			assertThat(this.database.query("SELECT count(*) FROM pg_inherits AS i JOIN pg_class AS c"
					+ " ON c.oid = i.inhrelid WHERE i.inhparent = 'pgevents.event_log'::regclass"))
				.isBetween(2L, 3L);
			assertThat(this.database
				.query("SELECT (leaves_until >= now() + interval '84 hours')::int" + " FROM pgevents.event_settings"))
				.isEqualTo(1);
			one.publish(Event.of(TYPE, "app", 1));
			this.database.execute("UPDATE pgevents.event_log SET recorded_at = recorded_at + interval '3 days'");
			assertThat(events()).as("there is a leaf of that time").isEqualTo(1);
		}
	}

	@Test
	void whatIsOldIsDroppedOnceAllGroupsHavePassedIt() throws Exception {
		try (PostgresEventBus bus = bus()) {
			BlockingQueue<Delivery> billing = join(bus, "billing").queue;
			Recorder away = join(bus, "shipping");
			away.close();
			publish(bus, 0, 3);
			assertThat(numbers(billing, 3)).containsExactly(0, 1, 2);
			makeOld();
			bus.retain();
			assertThat(events()).as("shipping has not handled them").isEqualTo(3);
			BlockingQueue<Delivery> shipping = join(bus, "shipping").queue;
			assertThat(numbers(shipping, 3)).containsExactly(0, 1, 2);
			await().atMost(LIMIT).until(() -> log(bus).lag("shipping") == 0 && log(bus).lag("billing") == 0);
			awaitNoOldLeaf(bus);
			assertThat(events()).isZero();
			publish(bus, 3, 5);
			assertThat(numbers(billing, 2)).containsExactly(3, 4);
			assertThat(numbers(shipping, 2)).containsExactly(3, 4);
		}
		try (PostgresEventBus bus = bus()) {
			BlockingQueue<Delivery> billing = join(bus, "billing").queue;
			publish(bus, 5, 6);
			assertThat(numbers(billing, 1)).as("nothing was missed, there is no gap").containsExactly(5);
		}
	}

	@Test
	void whatIsTooOldIsDroppedRegardlessAndToldInOrder() throws Exception {
		Duration max = Duration.ofDays(30);
		try (PostgresEventBus bus = bus(this.database.user(), (settings) -> settings.retentionMax(max))) {
			Recorder poisoned = join(bus, "billing", (event) -> {
				throw new IllegalStateException("poison");
			});
			publish(bus, 0, 1);
			await().atMost(LIMIT).until(() -> log(bus).parked("billing").size() == 1);
			poisoned.close();
			publish(bus, 1, 3);
			makeOld();
			awaitNoOldLeaf(bus);
			assertThat(events()).isZero();
			bus.publish(Event.of(TYPE, "other", 3));
			publish(bus, 4, 5);
			BlockingQueue<Delivery> deliveries = join(bus, "billing").queue;
			bus.publish(Event.of(TYPE, "other", 5));
			assertThat(deliveries.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isInstanceOfSatisfying(Gap.class,
					(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.EXPIRED));
			assertThat(numbers(deliveries, 2)).containsExactly(3, 5);
			assertThat(log(bus).redrive("billing")).as("held events survive").isEqualTo(1);
			assertThat(numbers(deliveries, 2)).containsExactly(0, 4);
		}
	}

	@Test
	void aTransactionThatIsOpenIsNeitherWaitedForNorHoldsUpOthers() throws Exception {
		try (PostgresEventBus bus = bus(); Connection open = this.database.connect()) {
			publish(bus, 0, 1);
			makeOld();
			open.setAutoCommit(false);
			bus.publisher(open).publish(Event.of(TYPE, null, 1));
			bus.retain();
			assertThat(oldLeaves()).isEqualTo(1);
			publish(bus, 1, 2);
			assertThat(this.database.query("SELECT count(*) FROM pg_inherits WHERE inhdetachpending")).isEqualTo(1);
			open.commit();
			awaitNoOldLeaf(bus);
			assertThat(events()).isEqualTo(2);
		}
	}

	@Test
	void whereNobodyMakesLeavesTheLastOneTakesAllAndIsKeptLongEnough() throws Exception {
		try (PostgresEventBus bus = bus()) {
			String leaf = "pgevents.event_log_20200101000000";
			this.database.execute("DROP TABLE " + leaves().get(0));
			this.database.execute("CREATE TABLE " + leaf + " PARTITION OF pgevents.event_log FOR VALUES"
					+ " FROM ('2020-01-01 00:00:00+00') TO ('2020-01-03 00:00:00+00')");
			this.database.execute("UPDATE pgevents.event_settings SET leaves_from = '2020-01-01 00:00:00+00',"
					+ " leaves_until = '2020-01-03 00:00:00+00'");
			publish(bus, 0, 1);
			assertThat(events()).isEqualTo(1);
			bus.retain();
			publish(bus, 1, 2);
			assertThat(this.database.query("SELECT count(*) FROM " + leaf)).isEqualTo(1);
			bus.retain();
			assertThat(events()).isEqualTo(2);
			this.database.execute("UPDATE pgevents.event_settings SET caught_up = now() - interval '8 days'");
			bus.retain();
			assertThat(events()).isEqualTo(1);
		}
	}

	/**
	 * As of a server whose clock was ahead when the tables were made, or last retained.
	 */
	@Test
	void whatIsRecordedAfterTheServersClockWasSetBackIsHandledInOrderAndKept() throws Exception {
		try (PostgresEventBus bus = bus()) {
			BlockingQueue<Delivery> billing = join(bus, "billing").queue;
			publish(bus, 0, 1);
			assertThat(numbers(billing, 1)).containsExactly(0);
			await().atMost(LIMIT).until(() -> log(bus).lag("billing") == 0);
			this.database.execute("DROP TABLE " + leaves().get(0));
			this.database.execute("CREATE TABLE pgevents.event_log_20990101000000 PARTITION OF pgevents.event_log"
					+ " FOR VALUES FROM ('2099-01-01 00:00:00+00') TO ('2099-01-09 00:00:00+00')");
			this.database.execute("UPDATE pgevents.event_settings SET leaves_from = '2099-01-01 00:00:00+00',"
					+ " leaves_until = '2099-01-09 00:00:00+00'");
			publish(bus, 1, 3);
			assertThat(numbers(billing, 2)).containsExactly(1, 2);
			this.database.execute("UPDATE pgevents.event_log SET recorded_at = '2099-01-08 00:00:00+00'");
			publish(bus, 3, 5);
			bus.retain();
			assertThat(numbers(billing, 2)).containsExactly(3, 4);
			Recorder late = join(bus, "shipping", StartPosition.earliest(), (event) -> {
			});
			assertThat(numbers(late.queue, 4)).as("by position, whatever the time").containsExactly(1, 2, 3, 4);
			assertThat(events()).isEqualTo(4);
		}
	}

	@Test
	void aRoleThatMayNotGoesOnPublishing() throws Exception {
		try (PostgresEventBus owner = bus()) {
			publish(owner, 0, 1);
			makeOld();
		}
		String role = "r" + System.nanoTime();
		this.database.execute("CREATE ROLE " + role + " LOGIN");
		this.database.execute("GRANT USAGE ON SCHEMA pgevents TO " + role);
		this.database.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgevents TO " + role);
		this.database.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgevents TO " + role);
		this.database.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgevents TO " + role);
		try (PostgresEventBus bus = bus(role, UnaryOperator.identity())) {
			BlockingQueue<Delivery> deliveries = join(bus, "billing").queue;
			bus.retain();
			publish(bus, 1, 2);
			assertThat(numbers(deliveries, 1)).containsExactly(1);
			assertThat(events()).isEqualTo(2);
		}
	}

	@Test
	void timesThatCannotBeAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EventLogSettings.builder().retention(Duration.ofMillis(5)).build())
			.withMessageContaining("retention is PT0.005S, it must be at least PT1S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EventLogSettings.builder().retentionMax(Duration.ofDays(1)).build())
			.withMessageContaining("retention-max is PT24H, it must not be shorter than retention, which is PT168H");
	}

	/** Whatever there is was recorded years ago. */
	private void makeOld() throws SQLException {
		this.database.execute("CREATE TABLE pgevents.event_log_20200101000000 PARTITION OF pgevents.event_log"
				+ " FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-01-02 00:00:00+00')");
		this.database.execute("UPDATE pgevents.event_log SET recorded_at = '2020-01-01 12:00:00+00'");
	}

	/** Dropping waits for locks no longer than anything else, and is tried again. */
	private void awaitNoOldLeaf(PostgresEventBus bus) {
		await().atMost(LIMIT).until(() -> {
			bus.retain();
			return oldLeaves() == 0;
		});
	}

	private long events() throws SQLException {
		return this.database.query("SELECT count(*) FROM pgevents.event_log");
	}

	private long oldLeaves() throws SQLException {
		return this.database.query("SELECT count(*) FROM pg_class WHERE relname = 'event_log_20200101000000'");
	}

	private List<String> leaves() throws SQLException {
		try (Connection connection = this.database.connect();
				var rows = connection.createStatement()
					.executeQuery("SELECT inhrelid::regclass::text FROM pg_inherits"
							+ " WHERE inhparent = 'pgevents.event_log'::regclass ORDER BY 1")) {
			List<String> leaves = new ArrayList<>();
			while (rows.next()) {
				leaves.add(rows.getString(1));
			}
			return leaves;
		}
	}

	private static EventLog log(PostgresEventBus bus) {
		return bus.capability(EventLog.class).orElseThrow();
	}

	private static void publish(PostgresEventBus bus, int from, int to) {
		for (int i = from; i < to; i++) {
			bus.publish(Event.of(TYPE, "app", i));
		}
	}

	private static Recorder join(PostgresEventBus bus, String group) {
		return join(bus, group, (event) -> {
		});
	}

	private static Recorder join(PostgresEventBus bus, String group, EventHandler before) {
		return join(bus, group, StartPosition.latest(), before);
	}

	private static Recorder join(PostgresEventBus bus, String group, StartPosition from, EventHandler before) {
		Recorder recorder = new Recorder(before);
		recorder.subscription = bus.subscribe(SubscriptionFilter.all(),
				SubscriptionOptions.builder().group(group).from(from).errorHandler((subscription, delivery, error) -> {
				}).build(), recorder);
		recorder.subscription.ready().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
		return recorder;
	}

	private static List<Integer> numbers(BlockingQueue<Delivery> queue, int count) throws InterruptedException {
		List<Integer> numbers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Delivery delivery = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(delivery).as("after %s", numbers).isInstanceOf(Event.class);
			numbers.add(((Event) delivery).payloadAs(Integer.class));
		}
		return numbers;
	}

	private static final class Recorder implements EventHandler {

		private final BlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();

		private final EventHandler before;

		private Subscription subscription;

		private Recorder(EventHandler before) {
			this.before = before;
		}

		@Override
		public void onEvent(Event event) throws Exception {
			this.before.onEvent(event);
			this.queue.add(event);
		}

		@Override
		public void onGap(Gap gap) {
			this.queue.add(gap);
		}

		void close() {
			this.subscription.close();
		}

	}

}
