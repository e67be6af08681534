package dev.pgevents.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * What a bus costs that listens, has published once, and has nothing to do: threads, heap
 * and how often its threads wake. Each is the average of several buses in this process.
 * Linux only, for the kernel counts the wake-ups. Options: {@code buses}, {@code seconds}
 * to look at them, {@code out}, {@code url}.
 */
public final class IdleBus {

	private static final EventType TYPE = EventType.of("bench.idle");

	/** The kernel keeps fifteen characters of a thread's name. */
	private static final String NAME = "ib";

	private static final String SWITCHES = "voluntary_ctxt_switches:";

	private IdleBus() {
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		int count = options.number("buses", 20);
		int seconds = options.number("seconds", 60);
		Table table = new Table("idle bus");
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			System.out.println(server.describe());
			start(server, "first").close(); // what is loaded once
			long before = usedHeap();
			List<PostgresEventBus> buses = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				buses.add(start(server, NAME + i));
			}
			TimeUnit.SECONDS.sleep(90); // an executor keeps a thread for sixty
			table.add("a bus", "heap kB", (usedHeap() - before) / 1024.0 / count);
			long woken = wakeUps();
			TimeUnit.SECONDS.sleep(seconds);
			table.add("a bus", "wake-ups/s", (double) (wakeUps() - woken) / seconds / count);
			table.add("a bus", "threads", (double) threads().size() / count);
			buses.forEach(PostgresEventBus::close);
		}
		new Results(options).text("idle-bus.md", table.markdown());
	}

	private static PostgresEventBus start(BenchmarkServer server, String name) throws Exception {
		PostgresEventBus bus = PostgresEventBus.builder()
			.name(name)
			.listener(ConnectionSource.url(server.url(), null, null))
			.build();
		bus.subscribe(SubscriptionFilter.types(TYPE), (event) -> {
		}).ready().get(1, TimeUnit.MINUTES);
		bus.publish(Event.of(TYPE, null, name));
		return bus;
	}

	private static long usedHeap() throws InterruptedException {
		for (int i = 0; i < 5; i++) {
			System.gc();
			TimeUnit.MILLISECONDS.sleep(100);
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	private static List<Path> threads() throws IOException {
		List<Path> threads = new ArrayList<>();
		try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
			for (Path each : tasks) {
				if (Files.readString(each.resolve("comm")).matches("(?s)" + NAME + "\\d.*")) {
					threads.add(each);
				}
			}
		}
		return threads;
	}

	private static long wakeUps() throws IOException {
		long sum = 0;
		for (Path each : threads()) {
			sum += Files.readAllLines(each.resolve("status"))
				.stream()
				.filter((line) -> line.startsWith(SWITCHES))
				.mapToLong((line) -> Long.parseLong(line.substring(SWITCHES.length()).strip()))
				.sum();
		}
		return sum;
	}

}
