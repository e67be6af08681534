package dev.pgevents.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What publishing costs in an application that handles the same events, beside one
 * {@code pg_notify} a call on a connection of each thread's own, in an application with
 * the same handlers: a typed method, a method of all events, and an
 * {@code @EventListener}. Each case has a process of its own, so that its first events
 * are those of a cold JVM. Options: {@code rounds}, {@code threads}, {@code events} of
 * each measurement, {@code warmup} (how often as many are published before the warm
 * measurement), {@code out}, {@code url}.
 */
public final class PublishingBesideHandlers {

	private final Options options;

	private final BenchmarkServer server;

	private final Table table = new Table("publishing beside handlers");

	private PublishingBesideHandlers(Options options, BenchmarkServer server) {
		this.options = options;
		this.server = server;
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			System.out.println(server.describe());
			new PublishingBesideHandlers(options, server).run();
		}
	}

	private void run() throws Exception {
		List<Integer> threads = this.options.numbers("threads", "1,4,16");
		for (int round = 0; round < this.options.number("rounds", 3); round++) {
			for (int count : threads) {
				double[] connections = measure(PublishingApplication.Way.CONNECTIONS, count);
				double[] bus = measure(PublishingApplication.Way.BUS, count);
				record("pg_notify, connections: " + count, connections, connections);
				record("publish, threads: " + count, bus, connections);
			}
		}
		new Results(this.options).text("publishing-beside-handlers.md", this.table.markdown());
	}

	private void record(String row, double[] rates, double[] others) {
		PublishingApplication.Rate[] labels = PublishingApplication.Rate.values();
		for (int i = 0; i < labels.length; i++) {
			this.table.add(row, labels[i].label() + ", events/s", rates[i]);
			this.table.add(row, labels[i].label() + ", ratio", rates[i] / others[i]);
		}
	}

	private double[] measure(PublishingApplication.Way way, int threads) throws Exception {
		Path log = Path.of(System.getProperty("java.io.tmpdir"), "publishing-beside-handlers.log");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xms1g", "-Xmx1g", "-cp", System.getProperty("java.class.path"), PublishingApplication.class.getName(),
				this.server.url(), way.name(), String.valueOf(threads), this.options.text("events", "64000"),
				this.options.text("warmup", "10"))
			.redirectError(log.toFile())
			.start();
		try (BufferedReader answer = process.inputReader()) {
			String rates = answer.lines().reduce("", (before, line) -> line);
			if (process.waitFor() != 0) {
				throw new IOException("the application has failed, see " + log);
			}
			return Arrays.stream(rates.split(" ")).mapToDouble(Double::parseDouble).toArray();
		}
	}

}
