package dev.pgevents.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.pgevents.postgres.PostgresEventBus;

/** How many transactions a server sees of a bus with many groups and nothing to do. */
final class DurableIdle {

	private static final int GROUPS = 16;

	/** Of this database, what sessions have reported. */
	private static final String TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database"
			+ " WHERE datname = current_database()";

	/**
	 * Sessions report what they did within ten seconds of the last of it
	 * ({@code PGSTAT_IDLE_INTERVAL} of the server's source).
	 */
	private static final Duration REPORTED = Duration.ofSeconds(15);

	private DurableIdle() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		int millis = options.number("millis", 60_000);
		for (int groups : new int[] { 0, 1, GROUPS }) {
			try (PostgresEventBus bus = bench.bus("idle")) {
				bus.initializeEventLog();
				DurableBench.await(bus::isDelivering);
				for (int i = 0; i < groups; i++) {
					DurableBench.join(bus, bench.newGroup(), (event) -> {
					});
				}
				Thread.sleep(REPORTED.toMillis()); // what belongs to the start is over
				long before = bench.query(TRANSACTIONS);
				TimeUnit.MILLISECONDS.sleep(millis);
				// This query is one of them.
				long transactions = bench.query(TRANSACTIONS) - before - 1;
				table.add(groups + " groups", "transactions/s", transactions * 1000.0 / millis);
			}
		}
	}

}
