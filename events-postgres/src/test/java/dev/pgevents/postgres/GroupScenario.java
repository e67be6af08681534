package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventLog;
import dev.pgevents.EventType;
import dev.pgevents.StartPosition;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Publishers and instances of one group on a database, and what they have to have done:
 * every committed event is handled, in order for each app, its effect exactly once; none
 * that was rolled back is. Both is in tables: each publishing transaction also inserts
 * what it publishes, each handler's transaction what it handles. The numbers of an app go
 * up in the order of its commits.
 */
final class GroupScenario implements AutoCloseable {

	static final Duration LIMIT = Duration.ofSeconds(60);

	static final EventType TYPE = EventType.of("fault.test");

	static final String GROUP = "faults";

	private final PGSimpleDataSource database;

	private final List<PostgresEventBus> buses = new ArrayList<>();

	GroupScenario(PGSimpleDataSource database) throws SQLException {
		this.database = database;
		try (PostgresEventBus bus = builder("start").build()) {
			bus.initializeEventLog();
		}
		execute("CREATE TABLE published (app text, number integer, PRIMARY KEY (app, number))");
		execute("CREATE TABLE effects (n bigserial PRIMARY KEY, app text, number integer, instance text)");
	}

	PostgresEventBus.Builder builder(String name) {
		return builder(this.database, name);
	}

	static PostgresEventBus.Builder builder(PGSimpleDataSource database, String name) {
		return PostgresEventBus.builder()
			.name(name)
			.listener((settings) -> connect(database, settings))
			.heartbeat(Duration.ofMillis(500))
			.publishTimeout(Duration.ofSeconds(20))
			.lockTimeout(Duration.ofSeconds(5))
			.shutdownTimeout(Duration.ofSeconds(5))
			.backoff(Duration.ofMillis(20), 2, Duration.ofMillis(300))
			.log(EventLogSettings.builder()
				.partitions(16)
				.retry(3, new Backoff(Duration.ofMillis(20), 1, Duration.ofMillis(20)))
				.build());
	}

	private static Connection connect(PGSimpleDataSource database, Properties settings) throws SQLException {
		return ConnectionSource
			.url(database.getUrl(), database.getUser(), (database.getPassword() != null) ? database.getPassword() : "")
			.open(settings);
	}

	Connection connect() throws SQLException {
		return this.database.getConnection();
	}

	/** An instance of the group, which is there until the end or until it is closed. */
	PostgresEventBus instance(String name) {
		return instance(name, UnaryOperator.identity(), (event) -> {
		});
	}

	PostgresEventBus instance(String name, UnaryOperator<PostgresEventBus.Builder> settings, EventHandler before) {
		PostgresEventBus bus = bus(name, settings);
		ready(join(bus, this.database, name, before));
		return bus;
	}

	PostgresEventBus bus(String name, UnaryOperator<PostgresEventBus.Builder> settings) {
		PostgresEventBus bus = settings.apply(builder(name)).build();
		this.buses.add(bus);
		return bus;
	}

	static void ready(Subscription subscription) {
		subscription.ready().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
	}

	/** Joins the group with a handler whose transaction carries effect and position. */
	static Subscription join(PostgresEventBus bus, PGSimpleDataSource database, String name, EventHandler before) {
		return bus.subscribe(SubscriptionFilter.types(TYPE),
				SubscriptionOptions.builder()
					.group(GROUP)
					.from(StartPosition.earliest())
					.concurrency(4)
					.errorHandler((sub, delivery, error) -> {
					})
					.build(),
				(event) -> {
					try (Connection connection = database.getConnection()) {
						connection.setAutoCommit(false);
						before.onEvent(event);
						insert(connection, "INSERT INTO effects (app, number, instance) VALUES (?, ?, '" + name + "')",
								event.appId(), event.payloadAs(Integer.class));
						bus.acknowledge(connection);
						connection.commit();
					}
				});
	}

	/** Publishes in the caller's transaction. */
	static void publish(PostgresEventBus bus, Connection connection, String app, int number) throws SQLException {
		insert(connection, "INSERT INTO published (app, number) VALUES (?, ?)", app, number);
		bus.publisher(connection).publish(Event.of(TYPE, app, number));
	}

	/** Publishes and commits, one event of each app a transaction. */
	void publish(PostgresEventBus bus, int apps, int from, int to) throws SQLException {
		try (Connection connection = connect()) {
			connection.setAutoCommit(false);
			for (int number = from; number < to; number++) {
				for (int app = 0; app < apps; app++) {
					publish(bus, connection, "app" + app, number);
					connection.commit();
				}
			}
		}
	}

	static void insert(Connection connection, String sql, String app, int number) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, app);
			statement.setInt(2, number);
			statement.executeUpdate();
		}
	}

	void execute(String sql) throws SQLException {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	long query(String sql) {
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
		catch (SQLException ex) {
			return -1; // the server is away
		}
	}

	long handled() {
		return query("SELECT count(*) FROM effects");
	}

	static EventLog log(PostgresEventBus bus) {
		return bus.capability(EventLog.class).orElseThrow();
	}

	/** Waits for what was committed, and checks what was done. */
	void verify() {
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(query("SELECT count(*) FROM published AS p WHERE NOT EXISTS"
					+ " (SELECT FROM effects AS e WHERE e.app = p.app AND e.number = p.number)"))
				.as("missing")
				.isZero());
		assertThat(handled()).as("nothing twice, nothing that was rolled back")
			.isEqualTo(query("SELECT count(*) FROM published"));
		assertThat(query("SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY app ORDER BY n) AS before"
				+ " FROM effects) AS o WHERE before > number"))
			.as("out of order")
			.isZero();
	}

	@Override
	public void close() {
		this.buses.forEach(PostgresEventBus::close);
	}

}
