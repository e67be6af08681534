package dev.pgevents.benchmarks;

import java.sql.DriverManager;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.EventLog;
import dev.pgevents.Position;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * An owner in a JVM of its own is killed under load, once the compiler has seen it for a
 * while ({@code warmup}, in milliseconds): how long events of its partitions wait, and
 * whether any was lost, doubled or out of order.
 */
public final class DurableTakeover {

	private DurableTakeover() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		int rate = options.number("rate", 2000);
		int millis = options.number("millis", 5000);
		String group = bench.newGroup();
		bench.server().execute("TRUNCATE bench_effects");
		AtomicLong longest = new AtomicLong();
		AtomicLong killed = new AtomicLong(Long.MAX_VALUE);
		Map<Integer, Long> next = new ConcurrentHashMap<>();
		try (PostgresEventBus publisher = bench.bus("publisher");
				PostgresEventBus bus = bench.bus("survivor");
				DurableBench.Effects effects = new DurableBench.Effects(bus, bench.server()::connect)) {
			DurableBench.join(bus, group, (event) -> {
				effects.handle(event);
				long published = event.timestamp().toEpochMilli();
				long now = System.currentTimeMillis();
				if (now >= killed.get()) {
					longest.accumulateAndGet(now - published, Math::max);
				}
				if (published >= killed.get()) {
					next.putIfAbsent(partition(event), now - published);
				}
			});
			Process owner = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"), "-cp",
					System.getProperty("java.class.path"), DurableTakeover.class.getName(), bench.server().url(), group)
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			EventLog log = bus.capability(EventLog.class).orElseThrow();
			DurableBench.await(() -> owners(log, group) == 2);
			int warmup = options.number("warmup", 10_000);
			long warm = (long) rate * warmup / 1000;
			DurableBench.steadily(rate, warmup, (number, due) -> publish(publisher, number));
			DurableBench.await(() -> log.lag(group) == 0);
			int half = millis / 2;
			DurableBench.steadily(rate, half, (number, due) -> publish(publisher, warm + number));
			owner.destroyForcibly().waitFor();
			killed.set(System.currentTimeMillis());
			long first = warm + (long) rate * half / 1000;
			DurableBench.steadily(rate, half, (number, due) -> publish(publisher, first + number));
			DurableBench.await(() -> log.lag(group) == 0);
			long events = first + (long) rate * half / 1000;
			String row = "killed at " + rate + " events/s";
			table.add(row, "longest wait of a partition's next event ms",
					(double) next.values().stream().mapToLong(Long::longValue).max().orElse(0));
			table.add(row, "longest wait of any event ms", (double) longest.get());
			table.add(row, "lost", (double) events - bench.query("SELECT count(DISTINCT number) FROM bench_effects"));
			table.add(row, "doubled",
					(double) bench.query("SELECT count(*) - count(DISTINCT number) FROM bench_effects"));
			table.add(row, "out of order",
					(double) bench
						.query("SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY app ORDER BY n)"
								+ " AS before FROM bench_effects) AS o WHERE before > number"));
		}
	}

	private static int partition(Event event) {
		Position position = event.position();
		if (position == null) {
			throw new IllegalArgumentException(event + " has no position");
		}
		return position.partition();
	}

	private static void publish(PostgresEventBus publisher, long number) {
		publisher.publishAsync(Event.of(DurableBench.TYPE, DurableBench.app(number), number));
	}

	private static long owners(EventLog log, String group) {
		return log.groups()
			.stream()
			.filter((one) -> one.name().equals(group))
			.flatMap((one) -> one.partitions().stream())
			.map((partition) -> String.valueOf(partition.owner()))
			.distinct()
			.count();
	}

	/**
	 * The owner that is killed.
	 * @param args the URL and the group
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		PostgresEventBus bus = DurableBench.bus(args[0], "killed").log(EventLogSettings.defaults()).build();
		DurableBench.Effects effects = new DurableBench.Effects(bus, () -> DriverManager.getConnection(args[0]));
		DurableBench.join(bus, args[1], effects::handle);
		Thread.currentThread().join();
	}

}
