package dev.pgevents.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.pgevents.benchmarks.peers.Peers;

/**
 * What groups cost and how fast they are, each figure in a run of its own on a database
 * of its own. Options: {@code figures} ({@code latency}, {@code steady}, {@code writers},
 * {@code backlog}, {@code takeover}, {@code open}, {@code snapshot}, {@code idle},
 * {@code peers}), {@code rounds}, {@code millis} of each case, {@code events} of the
 * backlog, {@code rate}, {@code seconds} that the snapshot is held, {@code out},
 * {@code url}, and those of {@link Peers}.
 */
public final class DurableFigures {

	private static final Map<String, Figure> FIGURES = new LinkedHashMap<>();

	static {
		FIGURES.put("latency", DurableLatency::measure);
		FIGURES.put("steady", DurableSteady::measure);
		FIGURES.put("writers", DurableWriters::measure);
		FIGURES.put("backlog", DurableBacklog::measure);
		FIGURES.put("takeover", DurableTakeover::measure);
		FIGURES.put("open", DurableOpenWriter::measure);
		FIGURES.put("snapshot", DurableSnapshot::measure);
		FIGURES.put("idle", DurableIdle::measure);
		FIGURES.put("peers", (bench, options, table) -> Peers.measure(bench.server().url(), options, table));
	}

	private DurableFigures() {
	}

	/**
	 * Runs it and prints a table for each figure.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		Results results = new Results(options);
		for (String name : options.list("figures", "latency,steady,writers,backlog,takeover,open,idle")) {
			Figure figure = FIGURES.get(name);
			if (figure == null) {
				throw new IllegalArgumentException("there is no figure " + name + ", only " + FIGURES.keySet());
			}
			Table table = new Table(name);
			try (DurableBench bench = new DurableBench(options)) {
				System.out.println(bench.server().describe());
				for (int round = 0; round < options.number("rounds", 3); round++) {
					figure.measure(bench, options, table);
				}
			}
			results.text("durable-" + name + ".md", table.markdown());
		}
	}

	/** One round of one figure. */
	@FunctionalInterface
	private interface Figure {

		void measure(DurableBench bench, Options options, Table table) throws Exception;

	}

}
