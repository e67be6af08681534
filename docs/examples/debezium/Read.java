import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Debezium's outbox event router reads the event log: each event one record, keyed by app id, in order. */
class Read {

	static final int APPS = 4;

	static final int EACH = 100;

	static String url;

	public static void main(String[] args) throws Exception {
		url = args[0];
		Path offsets = Path.of(args[1], "offsets");
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute(Files.readString(Path.of(args[2])));
			// Leaves come and go: what is published is the log as a whole.
			statement.execute("CREATE PUBLICATION pgevents FOR TABLE pgevents.event_log"
					+ " WITH (publish = 'insert', publish_via_partition_root = true)");
			statement.execute("SELECT pg_create_logical_replication_slot('pgevents', 'pgoutput')");
		}
		publish(0);
		List<ChangeEvent<String, String>> records = new ArrayList<>(read(offsets, APPS * EACH));
		publish(EACH); // while nobody reads
		records.addAll(read(offsets, APPS * EACH));
		check(records);
	}

	static Connection connect() throws Exception {
		return DriverManager.getConnection(url);
	}

	/** Each app's events from a thread of its own; one in five is rolled back. */
	static void publish(int from) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(APPS);
		List<Future<?>> all = new ArrayList<>();
		for (int app = 1; app <= APPS; app++) {
			String name = "app " + app;
			all.add(threads.submit(() -> {
				try (Connection connection = connect(); Statement statement = connection.createStatement()) {
					connection.setAutoCommit(false);
					for (int i = from; i < from + EACH; i++) {
						if (i % 5 == 0) {
							statement.execute("SELECT pgevents.event_publish('order.placed', '" + name + "', '{\"number\": -1}')");
							connection.rollback();
						}
						statement.execute(
								"SELECT pgevents.event_publish('order.placed', '" + name + "', '{\"number\": " + i + "}')");
						connection.commit();
					}
				}
				return null;
			}));
		}
		for (Future<?> each : all) {
			each.get();
		}
		threads.shutdown();
	}

	static List<ChangeEvent<String, String>> read(Path offsets, int count) throws Exception {
		BlockingQueue<ChangeEvent<String, String>> queue = new LinkedBlockingQueue<>();
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try (DebeziumEngine<ChangeEvent<String, String>> engine = DebeziumEngine
			.create(Json.class, Json.class, Json.class)
			.using(properties(offsets))
			.using((success, message, error) -> {
				if (!success) {
					System.err.println(message);
					error.printStackTrace();
				}
			})
			.notifying(queue::add)
			.build()) {
			thread.execute(engine);
			List<ChangeEvent<String, String>> records = new ArrayList<>();
			while (records.size() < count) {
				ChangeEvent<String, String> next = queue.poll(60, TimeUnit.SECONDS);
				if (next == null) {
					throw new AssertionError("only " + records.size() + " records of " + count);
				}
				records.add(next);
			}
			Thread.sleep(2000); // offsets are written each second
			if (!queue.isEmpty()) {
				throw new AssertionError(queue.size() + " records too many");
			}
			return records;
		}
		finally {
			thread.shutdown();
		}
	}

	static Properties properties(Path offsets) {
		Properties properties = new Properties();
		String address = url.replaceAll("jdbc:postgresql://|/.*", "");
		Map.ofEntries(Map.entry("name", "pgevents"),
				Map.entry("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
				Map.entry("database.hostname", address.split(":")[0]), Map.entry("database.port", address.split(":")[1]),
				Map.entry("database.user", "postgres"), Map.entry("database.password", "unused"),
				Map.entry("database.dbname", "postgres"), Map.entry("topic.prefix", "pgevents"),
				Map.entry("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore"),
				Map.entry("offset.storage.file.filename", offsets.toString()),
				Map.entry("offset.flush.interval.ms", "1000"), Map.entry("converter.schemas.enable", "false"))
			.forEach(properties::put);
		// What follows is the same for Kafka Connect.
		Map.ofEntries(Map.entry("plugin.name", "pgoutput"), Map.entry("slot.name", "pgevents"),
				Map.entry("publication.name", "pgevents"), Map.entry("publication.autocreate.mode", "disabled"),
				Map.entry("table.include.list", "pgevents.event_log"), Map.entry("snapshot.mode", "no_data"),
				Map.entry("transforms", "outbox"),
				Map.entry("transforms.outbox.type", "io.debezium.transforms.outbox.EventRouter"),
				Map.entry("transforms.outbox.table.field.event.id", "id"),
				Map.entry("transforms.outbox.table.field.event.key", "app_id"),
				Map.entry("transforms.outbox.table.field.event.payload", "payload"),
				Map.entry("transforms.outbox.route.by.field", "type"),
				Map.entry("transforms.outbox.route.topic.replacement", "events"),
				Map.entry("transforms.outbox.table.fields.additional.placement",
						"type:header:type,part:header:part,pos:header:pos"))
			.forEach(properties::put);
		return properties;
	}

	static void check(List<ChangeEvent<String, String>> records) throws Exception {
		Map<String, List<Integer>> byApp = new TreeMap<>();
		for (ChangeEvent<String, String> record : records) {
			if (!"events".equals(record.destination())) {
				throw new AssertionError(record);
			}
			byApp.computeIfAbsent(record.key(), (key) -> new ArrayList<>())
				.add(Integer.parseInt(record.value().replaceAll("\\D", "")));
		}
		if (byApp.size() != APPS) {
			throw new AssertionError("keys " + byApp.keySet());
		}
		byApp.forEach((app, numbers) -> {
			for (int i = 0; i < 2 * EACH; i++) {
				if (numbers.get(i) != i) {
					throw new AssertionError("of " + app + " came " + numbers);
				}
			}
		});
		records.stream().filter((record) -> record.key().contains("app 1")).findFirst().ifPresent((record) -> {
			Map<String, Object> headers = new TreeMap<>();
			record.headers().forEach((header) -> headers.put(header.getKey(), header.getValue()));
			headers.keySet().removeIf((name) -> name.startsWith("__debezium")); // the run's
			headers.replace("id", "…");
			System.out.println("destination " + record.destination() + ", key " + record.key() + ", value " + record.value()
					+ ", headers " + headers);
		});
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("SELECT count(*) FROM pgevents.event_log")) {
			rows.next();
			System.out.println(rows.getLong(1) + " events in the log, " + records.size() + " records, by key "
					+ byApp.keySet() + ", each key in order, over a restart of the reader: as promised");
		}
	}

}
