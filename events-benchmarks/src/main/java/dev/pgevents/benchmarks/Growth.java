package dev.pgevents.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * How costs grow with the number of listening buses, of channels, and with the payload's
 * size. All in one process. Options: {@code rounds}, {@code millis} of each case,
 * {@code samples} of idle latency, {@code buses}, {@code channels}, {@code bytes},
 * {@code out}, {@code url}.
 */
public final class Growth {

	private final BenchmarkServer server;

	private final int millis;

	private final int samples;

	private final Table table = new Table("growth");

	private Growth(BenchmarkServer server, Options options) {
		this.server = server;
		this.millis = options.number("millis", 1000);
		this.samples = options.number("samples", 200);
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
			new Growth(server, options).measure("cold", 1, 1, 100);
			Growth growth = new Growth(server, options);
			for (int round = 0; round < options.number("rounds", 3); round++) {
				for (int buses : options.numbers("buses", "1,10,50,200")) {
					growth.measure("buses: " + buses, buses, 1, 100);
				}
				for (int channels : options.numbers("channels", "1,8,64")) {
					growth.measure("channels: " + channels, 1, channels, 100);
				}
				for (int bytes : options.numbers("bytes", "100,1000,4000,7700")) {
					growth.measure("payload bytes: " + bytes, 1, 1, bytes);
				}
			}
			new Results(options).text("growth.md", growth.table.markdown());
		}
	}

	private void measure(String row, int buses, int channels, int bytes) throws Exception {
		List<EventType> types = IntStream.range(0, channels).mapToObj((i) -> EventType.of("bench.type" + i)).toList();
		String text = "x".repeat(bytes);
		Histogram latency = new SynchronizedHistogram(3);
		Phaser arrivals = new Phaser();
		List<PostgresEventBus> listening = new ArrayList<>();
		try (PostgresEventBus publisher = bus(types, false)) {
			for (int i = 0; i < buses; i++) {
				PostgresEventBus bus = bus(types, true);
				listening.add(bus);
				types.forEach((type) -> bus.subscribe(SubscriptionFilter.types(type), (event) -> {
					Payload payload = event.payloadAs(Payload.class);
					if (payload != null && payload.sent() != 0) {
						latency.recordValue(System.nanoTime() - payload.sent());
						arrivals.arriveAndDeregister();
					}
				}).ready().join());
			}
			for (int i = 0; i < this.samples; i++) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
				EventType type = types.get(i % channels);
				arrivals.bulkRegister(buses);
				int phase = arrivals.getPhase();
				publisher.publish(Event.of(type, null, new Payload(System.nanoTime(), text)));
				arrivals.awaitAdvanceInterruptibly(phase, 10, TimeUnit.SECONDS);
			}
			this.table.add(row, "idle p50 us", latency.getValueAtPercentile(50) / 1e3);
			this.table.add(row, "idle p99 us", latency.getValueAtPercentile(99) / 1e3);
			Load one = Load.run(1, this.millis, (thread) -> publisher.publish(event(types.get(0), text)));
			this.table.add(row, "publish, events/s", one.perSecond());
			Load many = Load.run(1, this.millis, (thread) -> publisher
				.publishAll(IntStream.range(0, 100).mapToObj((i) -> event(types.get(i % channels), text)).toList()));
			this.table.add(row, "publishAll of 100, events/s", many.perSecond() * 100);
		}
		finally {
			listening.forEach(PostgresEventBus::close);
		}
	}

	private static Event event(EventType type, String text) {
		return Event.of(type, null, new Payload(0, text));
	}

	private PostgresEventBus bus(List<EventType> types, boolean listening) {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url(this.server.url(), null, null))
			.channels(ChannelStrategy.perType("growth", types))
			.listening(listening)
			.build();
	}

	record Payload(long sent, String text) {

	}

}
