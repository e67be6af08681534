package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.postgres.PostgresEventBus;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Whom a transaction delays that stays open: one that has published for an app, and one
 * in another database that has only written.
 */
final class DurableOpenWriter {

	private DurableOpenWriter() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		int rate = options.number("rate", 500);
		int millis = options.number("millis", 5000);
		Histogram latency = new ConcurrentHistogram(3);
		AtomicLong handled = new AtomicLong();
		try (PostgresEventBus publisher = bench.bus("publisher");
				PostgresEventBus bus = bench.bus("group");
				Connection open = bench.server().connect();
				Connection writing = bench.elsewhere();
				Statement write = writing.createStatement()) {
			DurableBench.join(bus, bench.newGroup(), (event) -> {
				latency.recordValue(Math.max(0, System.nanoTime() - DurableBench.number(event)));
				handled.incrementAndGet();
			});
			open.setAutoCommit(false);
			writing.setAutoCommit(false);
			write.execute("CREATE TABLE never_committed (id integer)");
			publisher.publisher(open).publish(Event.of(DurableBench.TYPE, null, System.nanoTime()));
			long before = handled.get();
			DurableBench.steadily(rate, millis, (number, due) -> publisher
				.publishAsync(Event.of(DurableBench.TYPE, DurableBench.app(number), due)));
			long all = (long) rate * millis / 1000;
			DurableBench.await(() -> handled.get() - before == all);
			String row = "beside a transaction that stays open for " + millis + " ms";
			table.add(row, "p50 ms", latency.getValueAtPercentile(50) / 1e6);
			table.add(row, "p99 ms", latency.getValueAtPercentile(99) / 1e6);
			table.add(row, "max ms", latency.getMaxValue() / 1e6);
			long start = System.nanoTime();
			open.commit();
			DurableBench.await(() -> handled.get() - before == all + 1);
			table.add("its own event, after its commit", "max ms", (System.nanoTime() - start) / 1e6);
			writing.rollback();
		}
	}

}
