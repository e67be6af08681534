package dev.pgevents.benchmarks;

import dev.pgevents.benchmarks.sidebyside.Comparison;

/**
 * Receiving beside the peers. Options: {@code scenarios} (idle, steady, live, recovery,
 * drain), {@code peers}, {@code rounds}, {@code samples} of an idle round, {@code rates}
 * and {@code millis} of steady load and the longest time in ms to let it settle before
 * ({@code settling}), {@code burst}, {@code warmup}, {@code publisher} (plain, or async
 * for this library's own), {@code jvm}, options of the receivers' JVMs, separated by
 * commas, in which {@code {peer}} stands for the peer's name, {@code out}, {@code url},
 * {@code tls} and {@code delay} of {@link BenchmarkServer}.
 */
public final class SideBySide {

	private SideBySide() {
	}

	/**
	 * Runs it and prints tables.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			System.out.println(server.describe());
			new Comparison(server, options).run();
		}
	}

}
