package dev.pgevents.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import org.HdrHistogram.Histogram;

/**
 * How long events take to one subscription under a steady load, alone and beside others
 * whose handlers are slow, throw, or block for ever. Publisher and receiver are two buses
 * in one process; latency is taken from the time at which an event was due. Ratios are
 * those to the undisturbed case of the same round. Options: {@code rounds},
 * {@code millis} of each case, {@code rate} in events a second, {@code warmup} in
 * milliseconds, {@code out}, {@code url}.
 */
public final class Neighbours {

	private static final EventType TYPE = EventType.of("bench.neighbours");

	private static final SubscriptionFilter FILTER = SubscriptionFilter.types(TYPE);

	private final BenchmarkServer server;

	private final int rate;

	private final Table table = new Table("one subscription");

	private Neighbours(BenchmarkServer server, int rate) {
		this.server = server;
		this.rate = rate;
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		int millis = options.number("millis", 5000);
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			System.out.println(server.describe());
			Neighbours neighbours = new Neighbours(server, options.number("rate", 5000));
			neighbours.latency(options.number("warmup", 10000), List.of(), "warm-up", new Table("warm-up"));
			for (int round = 0; round < options.number("rounds", 5); round++) {
				neighbours.round(millis);
			}
			new Results(options).text("neighbours.md", neighbours.table.markdown());
		}
	}

	private void round(int millis) throws Exception {
		double alone = measure("alone", millis, List.of(), Double.NaN);
		EventHandler tenMillis = (event) -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
		SubscriptionOptions defaults = SubscriptionOptions.defaults();
		measure("beside a handler of 10 ms", millis, List.of(new Neighbour(defaults, tenMillis)), alone);
		measure("beside ten of them", millis, Collections.nCopies(10, new Neighbour(defaults, tenMillis)), alone);
		measure("beside a handler of 10 ms, four at a time", millis,
				List.of(new Neighbour(SubscriptionOptions.builder().concurrency(4).build(), tenMillis)), alone);
		EventErrorHandler quiet = (subscription, delivery, error) -> {
		};
		measure("beside a handler that throws", millis,
				List.of(new Neighbour(SubscriptionOptions.builder().errorHandler(quiet).build(), (event) -> {
					throw new IllegalStateException("deliberate");
				})), alone);
		measure("beside a handler that blocks for ever", millis,
				List.of(new Neighbour(defaults, (event) -> new CountDownLatch(1).await())), alone);
	}

	private double measure(String row, int millis, List<Neighbour> neighbours, double alone) throws Exception {
		double p99 = latency(millis, neighbours, row, this.table);
		this.table.add(row, "p99 to that alone", p99 / (Double.isNaN(alone) ? p99 : alone));
		return p99;
	}

	private double latency(int millis, List<Neighbour> neighbours, String row, Table into) throws Exception {
		Histogram latency = new Histogram(3);
		int count = (int) (this.rate * (long) millis / 1000);
		CountDownLatch arrived = new CountDownLatch(count);
		try (PostgresEventBus publisher = bus(false); PostgresEventBus receiver = bus(true)) {
			List<Subscription> beside = new ArrayList<>();
			for (Neighbour neighbour : neighbours) {
				beside.add(receiver.subscribe(FILTER, neighbour.options(), neighbour.handler()));
			}
			receiver.subscribe(FILTER, (event) -> {
				Long due = event.payloadAs(Long.class);
				latency.recordValue((due != null) ? Math.max(0, System.nanoTime() - due) : 0);
				arrived.countDown();
			}).ready().join();
			beside.forEach((subscription) -> subscription.ready().join());
			publish(publisher, count);
			arrived.await(30, TimeUnit.SECONDS);
			long inHand = 0;
			long dropped = 0;
			for (Subscription subscription : beside) {
				SubscriptionStats stats = subscription.stats();
				dropped += stats.dropped();
				long known = stats.handled() + stats.failed() + stats.dropped() + stats.queued();
				inHand += count - known;
			}
			into.add(row, "p50 us", latency.getValueAtPercentile(50) / 1e3);
			into.add(row, "p99 us", latency.getValueAtPercentile(99) / 1e3);
			into.add(row, "missing", (double) arrived.getCount());
			into.add(row, "dropped beside it", (double) dropped);
			into.add(row, "in hand beside it", (double) inHand);
		}
		return latency.getValueAtPercentile(99);
	}

	private void publish(PostgresEventBus publisher, int count) {
		long start = System.nanoTime();
		for (int i = 0; i < count; i++) {
			long due = start + i * 1_000_000_000L / this.rate;
			for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			publisher.publishAsync(Event.of(TYPE, String.valueOf(i % 16), due));
		}
	}

	private PostgresEventBus bus(boolean listening) {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url(this.server.url(), null, null))
			.listening(listening)
			.shutdownTimeout(Duration.ofMillis(1))
			.build();
	}

	/**
	 * Another subscription to the same events.
	 *
	 * @param options its options
	 * @param handler its handler
	 */
	private record Neighbour(SubscriptionOptions options, EventHandler handler) {

	}

}
