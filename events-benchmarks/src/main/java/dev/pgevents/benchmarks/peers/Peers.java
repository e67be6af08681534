package dev.pgevents.benchmarks.peers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

import dev.pgevents.benchmarks.Options;
import dev.pgevents.benchmarks.Table;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * For each peer: from publishing one event to its committed effect while nothing else
 * happens, the same at a steady rate, and how fast it does what waits.
 */
public final class Peers {

	/**
	 * For other applications of the benchmarks, which have no use for what is on their
	 * class path.
	 */
	public static final String WITHOUT_MODULITH = "spring.autoconfigure.exclude="
			+ "org.springframework.modulith.events.config.EventPublicationAutoConfiguration,"
			+ "org.springframework.modulith.events.config.EventExternalizationAutoConfiguration,"
			+ "org.springframework.modulith.events.jdbc.JdbcEventPublicationAutoConfiguration";

	private static final Map<String, Peer.Factory> FACTORIES = new LinkedHashMap<>();

	static {
		FACTORIES.put("pgevents", GroupPeer::new);
		FACTORIES.put("db-scheduler", DbSchedulerPeer::new);
		FACTORIES.put("jobrunr", JobRunrPeer::new);
		FACTORIES.put("spring-integration", SpringIntegrationPeer::new);
		FACTORIES.put("modulith", ModulithPeer::new);
	}

	private static final int APPS = 64;

	/** Published at a time, and waited for, while the compiler has work to do. */
	private static final int WARMING = 200;

	/** Seconds for what is new with an instance: connections, and the server's plans. */
	private static final int FRESH = 4;

	/** Threads that publish at a steady rate, each commit by commit. */
	private static final int PUBLISHERS = 8;

	private final String url;

	private final Options options;

	private final Table table;

	private Peers(String url, Options options, Table table) {
		this.url = url;
		this.options = options;
		this.table = table;
	}

	/**
	 * Measures all once.
	 * @param url of the server, which has a table of effects
	 * @param options may hold {@code peers}, {@code samples}, {@code rate},
	 * {@code millis}, {@code waiting}, {@code seconds} to wait for those that fall
	 * behind, and {@code warming} (seconds for each before any is measured)
	 * @param table gets a row for each peer at its defaults, and one for it tuned
	 * @throws Exception if it fails
	 */
	public static void measure(String url, Options options, Table table) throws Exception {
		Peers peers = new Peers(url, options, table);
		List<String> names = options.list("peers", String.join(",", FACTORIES.keySet()));
		for (String name : names) {
			peers.compile(factory(name));
		}
		for (String name : names) {
			peers.measure(name + ", defaults", factory(name), false);
			peers.measure(name + ", tuned", factory(name), true);
		}
	}

	private static Peer.Factory factory(String name) {
		Peer.Factory factory = FACTORIES.get(name);
		if (factory == null) {
			throw new IllegalArgumentException("there is no peer " + name + ", only " + FACTORIES.keySet());
		}
		return factory;
	}

	/**
	 * For the compiler, before any is measured: the first one would pay for what all of
	 * them use.
	 */
	private void compile(Peer.Factory factory) throws Exception {
		AtomicLong handled = new AtomicLong();
		try (Effect effect = new Effect(this.url, true, (work) -> handled.incrementAndGet());
				Peer peer = factory.create(effect, true)) {
			peer.start();
			warm(peer, handled::get, this.options.number("warming", 12));
		}
	}

	private void measure(String row, Peer.Factory factory, boolean tuned) throws Exception {
		System.out.println(row);
		LinkedBlockingQueue<Long> alone = new LinkedBlockingQueue<>();
		try (Effect effect = new Effect(this.url, tuned, (work) -> alone.add(System.nanoTime()));
				Peer peer = factory.create(effect, tuned)) {
			peer.start();
			warm(peer, alone::size, FRESH);
			alone.clear();
			idle(row, peer, alone);
		}
		Histogram latency = new ConcurrentHistogram(3);
		try (Effect effect = new Effect(this.url, tuned,
				(work) -> latency.recordValue(Math.max(0, System.nanoTime() - work.number())));
				Peer peer = factory.create(effect, tuned)) {
			peer.start();
			warm(peer, latency::getTotalCount, FRESH);
			latency.reset();
			steady(row, peer, latency);
		}
		AtomicLong handled = new AtomicLong();
		try (Effect effect = new Effect(this.url, tuned, (work) -> handled.incrementAndGet());
				Peer peer = factory.create(effect, tuned)) {
			drain(row, peer, handled);
		}
	}

	/**
	 * Some at a time, the next once these are handled: nothing is left to do after it.
	 */
	private void warm(Peer peer, LongSupplier handled, int seconds) throws Exception {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		long published = 0;
		while (System.nanoTime() < end) {
			published += WARMING;
			inParallel((publisher) -> {
				for (long i = publisher; i < WARMING; i += PUBLISHERS) {
					peer.publish(work(i, System.nanoTime()));
				}
			});
			long all = published;
			await(() -> handled.getAsLong() >= all);
		}
	}

	/** Those that look now and then are published to at any time between two looks. */
	private void idle(String row, Peer peer, LinkedBlockingQueue<Long> handled) throws Exception {
		Duration pause = peer.pause();
		int samples = this.options.number("samples", 500);
		int most = pause.isZero() ? samples : (int) Math.min(samples, 2 + 15 / pause.toSeconds());
		Histogram latency = new Histogram(3);
		for (int i = 0; i < most + 1; i++) {
			if (!pause.isZero()) {
				TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(pause.toMillis()));
			}
			long start = System.nanoTime();
			peer.publish(work(i, start));
			Long end = handled.poll(2 * pause.toSeconds() + 30, TimeUnit.SECONDS);
			if (end == null) {
				throw new IllegalStateException(row + ": nothing was handled");
			}
			if (i > 0) { // the first one starts what is started late
				latency.recordValue(Math.max(0, end - start));
			}
		}
		this.table.add(row, "idle p50 ms", latency.getValueAtPercentile(50) / 1e6);
		this.table.add(row, "idle p99 ms", latency.getValueAtPercentile(99) / 1e6);
	}

	private void steady(String row, Peer peer, Histogram latency) throws Exception {
		int rate = this.options.number("rate", 2000);
		int millis = this.options.number("millis", 5000);
		long all = (long) rate * millis / 1000 / PUBLISHERS * PUBLISHERS;
		long start = System.nanoTime();
		inParallel((publisher) -> {
			for (long i = publisher; i < all; i += PUBLISHERS) {
				long due = start + i * TimeUnit.SECONDS.toNanos(1) / rate;
				LockSupport.parkNanos(due - System.nanoTime());
				peer.publish(work(i, due));
			}
		});
		await(() -> latency.getTotalCount() >= all);
		String at = " at " + rate + "/s";
		this.table.add(row, "handled/s" + at, latency.getTotalCount() * 1e9 / (System.nanoTime() - start));
		this.table.add(row, "p50 ms" + at, latency.getValueAtPercentile(50) / 1e6);
		this.table.add(row, "p99 ms" + at, latency.getValueAtPercentile(99) / 1e6);
		this.table.add(row, "not handled" + at, (double) all - latency.getTotalCount());
	}

	private void drain(String row, Peer peer, AtomicLong handled) throws Exception {
		int waiting = this.options.number("waiting", 10_000) / PUBLISHERS * PUBLISHERS;
		inParallel((publisher) -> {
			for (long i = publisher; i < waiting; i += PUBLISHERS) {
				peer.publish(work(i, i));
			}
		});
		long start = System.nanoTime();
		peer.start();
		await(() -> handled.get() >= waiting);
		this.table.add(row, "drained/s", handled.get() * 1e9 / (System.nanoTime() - start));
	}

	private static Work work(long i, long number) {
		return new Work("app" + i % APPS, number);
	}

	private static void inParallel(Publisher publisher) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(PUBLISHERS);
		try {
			for (Future<?> each : executor
				.invokeAll(IntStream.range(0, PUBLISHERS).mapToObj((i) -> task(publisher, i)).toList())) {
				each.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static Callable<Boolean> task(Publisher publisher, int number) {
		return () -> {
			publisher.publish(number);
			return true;
		};
	}

	/** Not for ever: some cannot keep up. */
	private void await(BooleanSupplier condition) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(this.options.number("seconds", 30));
		while (!condition.getAsBoolean() && System.nanoTime() < end) {
			TimeUnit.MILLISECONDS.sleep(5);
		}
	}

	/** One of the threads that publish. */
	@FunctionalInterface
	private interface Publisher {

		void publish(int number) throws Exception;

	}

}
