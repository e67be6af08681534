package dev.pgevents.benchmarks.sidebyside;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgevents.benchmarks.BenchmarkServer;
import dev.pgevents.benchmarks.Options;
import dev.pgevents.benchmarks.Results;
import dev.pgevents.benchmarks.SvgBars;
import dev.pgevents.benchmarks.Table;

/**
 * Runs the scenarios: peer after peer, alone with the publisher and the server, round
 * after round, so that whatever else the machine does falls on all of them.
 */
public final class Comparison {

	private static final long PATIENCE = 60_000;

	private static final int SETTLING_MILLIS = 2000;

	/** How long the compiler may work in such a time if it counts as steady. */
	private static final long SETTLED_MILLIS = 10;

	/** It works in fits and starts. */
	private static final int SETTLED_IN_A_ROW = 3;

	private static final int IDLE_SETTLING_RATE = 2000;

	private static final long LIVE_PATIENCE = TimeUnit.SECONDS.toNanos(12);

	private static final int LIVE_SAMPLES = 20;

	private final BenchmarkServer server;

	private final List<Peer> peers;

	private final List<String> scenarios;

	private final int rounds;

	private final int warmUp;

	private final int samples;

	private final List<Integer> rates;

	private final int millis;

	private final int settling;

	private final int burst;

	private final boolean async;

	private final Results results;

	private final List<String> jvm;

	private final Table idle = new Table("idle");

	private final Table steady = new Table("steady load");

	private final Table changes = new Table("changes");

	private final Table drain = new Table("drain");

	/**
	 * Prepares a comparison.
	 * @param server the server of all
	 * @param options see {@link dev.pgevents.benchmarks.SideBySide}
	 */
	public Comparison(BenchmarkServer server, Options options) {
		this.server = server;
		this.peers = options.list("peers", Peer.labels()).stream().map(Peer::named).filter(Peer::isAvailable).toList();
		this.scenarios = options.list("scenarios", "idle,steady,live,recovery,drain");
		this.rounds = options.number("rounds", 3);
		this.warmUp = options.number("warmup", 20_000);
		this.samples = options.number("samples", 500);
		this.rates = options.numbers("rates", "500,2000,10000,50000");
		this.settling = options.number("settling", 60_000);
		this.millis = options.number("millis", 3000);
		this.burst = options.number("burst", 1_000_000);
		this.async = options.text("publisher", "plain").equals("async");
		this.jvm = options.list("jvm", "");
		this.results = new Results(options);
	}

	/**
	 * Runs all scenarios and prints the tables.
	 * @throws IOException if a receiver fails
	 * @throws SQLException if the publisher fails
	 */
	public void run() throws IOException, SQLException {
		for (int round = 0; round < this.rounds; round++) {
			for (Peer peer : this.peers) {
				System.err.println("round " + (round + 1) + " of " + this.rounds + ": " + peer.label());
				run(peer);
			}
		}
		report();
	}

	private void run(Peer peer) throws IOException, SQLException {
		try (Load load = this.async ? new AsyncLoad(this.server) : peer.load(this.server);
				ReceiverProcess receiver = ReceiverProcess.start(peer, this.server.url(), this.jvm)) {
			warmUp(peer, load, receiver);
			for (String scenario : this.scenarios) {
				switch (scenario) {
					case "idle" -> idle(peer, load, receiver);
					case "steady" -> steady(peer, load, receiver);
					case "live" -> live(peer, load, receiver);
					case "recovery" -> recovery(peer, load, receiver);
					case "drain" -> drain(peer, load, receiver);
					default -> throw new IllegalArgumentException("no scenario is called " + scenario);
				}
			}
		}
	}

	private void warmUp(Peer peer, Load load, ReceiverProcess receiver) throws IOException, SQLException {
		receiver.record();
		int few = Math.min(this.samples, 100);
		int perSecond = Math.min(10_000, peer.fastest());
		long sent = load.steady(Receiver.CHANNEL, perSecond, 1000L * this.warmUp / perSecond);
		load.idle(Receiver.CHANNEL, few);
		receiver.await(sent + few, PATIENCE);
		settle(Math.min(IDLE_SETTLING_RATE, peer.fastest()), load, receiver);
	}

	private void idle(Peer peer, Load load, ReceiverProcess receiver) throws IOException, SQLException {
		receiver.record();
		load.idle(Receiver.CHANNEL, this.samples);
		receiver.await(this.samples, PATIENCE);
		Report report = receiver.report();
		this.idle.add(peer.label(), "p50 us", report.p50() / 1e3);
		this.idle.add(peer.label(), "p99 us", report.p99() / 1e3);
		this.idle.add(peer.label(), "p99.9 us", report.p999() / 1e3);
	}

	private void steady(Peer peer, Load load, ReceiverProcess receiver) throws IOException, SQLException {
		for (int rate : this.rates) {
			if (rate > peer.fastest()) {
				return;
			}
			settle(rate, load, receiver);
			receiver.record();
			long cpu = receiver.cpu();
			double allocated = receiver.allocated();
			long sent = load.steady(Receiver.CHANNEL, rate, this.millis);
			receiver.await(sent, PATIENCE);
			Report report = receiver.report();
			String row = String.format("%,d/s %s", rate, peer.label());
			this.steady.add(row, "p50 ms", report.p50() / 1e6);
			this.steady.add(row, "p99 ms", report.p99() / 1e6);
			this.steady.add(row, "p99.9 ms", report.p999() / 1e6);
			this.steady.add(row, "missing", (double) (sent - report.count()));
			this.steady.add(row, "CPU us an event", (receiver.cpu() - cpu) / 1e3 / sent);
			this.steady.add(row, "bytes an event", (receiver.allocated() - allocated) / sent);
		}
	}

	/**
	 * Goes on with a load until the compiler has little left to do: it takes a processor
	 * away from everybody for milliseconds at a time, and a rate reaches its thresholds
	 * only after so many events.
	 */
	private void settle(int rate, Load load, ReceiverProcess receiver) throws IOException, SQLException {
		long compiling = receiver.compiling();
		int settled = 0;
		for (int waited = 0; waited < this.settling; waited += SETTLING_MILLIS) {
			receiver.record();
			long sent = load.steady(Receiver.CHANNEL, rate, SETTLING_MILLIS);
			receiver.await(sent, PATIENCE);
			long before = compiling;
			compiling = receiver.compiling();
			settled = (compiling - before < SETTLED_MILLIS) ? settled + 1 : 0;
			if (settled == SETTLED_IN_A_ROW) {
				return;
			}
		}
	}

	/** From asking for a subscription until what is sent arrives. */
	private void live(Peer peer, Load load, ReceiverProcess receiver) throws IOException, SQLException {
		if (!peer.listensLater()) {
			return;
		}
		long deadline = System.nanoTime() + LIVE_PATIENCE;
		for (int i = 0; i < LIVE_SAMPLES && System.nanoTime() < deadline; i++) {
			String channel = "bench.live" + i;
			receiver.record();
			long asked = receiver.listen(channel);
			long live = 0;
			while (live == 0 && System.nanoTime() < deadline) {
				load.stream(channel, 20);
				receiver.await(1, 20);
				live = receiver.report().firstSent();
			}
			this.changes.add(peer.label(), "new subscription live, ms", (live > 0) ? (live - asked) / 1e6 : Double.NaN);
		}
	}

	/**
	 * The longest time in which nothing that was sent arrived, around a killed session.
	 */
	private void recovery(Peer peer, Load load, ReceiverProcess receiver) throws IOException, SQLException {
		for (int i = 0; i < 5; i++) {
			receiver.record();
			load.stream(Receiver.CHANNEL, 100);
			load.killReceiver();
			load.stream(Receiver.CHANNEL, 500);
			receiver.await(Long.MAX_VALUE, 50);
			this.changes.add(peer.label(), "back after a killed session, ms", receiver.report().longestHole() / 1e6);
		}
	}

	private void drain(Peer peer, Load load, ReceiverProcess receiver) throws IOException, SQLException {
		int burst = Math.min(this.burst, 10 * Math.min(100_000, peer.fastest()));
		long calls = (long) burst * peer.calls();
		receiver.count(); // the first of its size, for the compiler
		load.burst(Receiver.DRAIN_CHANNEL, burst);
		receiver.await(calls, PATIENCE);
		receiver.count();
		long cpu = receiver.cpu();
		double allocated = receiver.allocated();
		long start = load.burst(Receiver.DRAIN_CHANNEL, burst);
		this.drain.add(peer.label(), "events/s", rate(burst, start, receiver.await(calls, PATIENCE)));
		this.drain.add(peer.label(), "CPU us an event", (receiver.cpu() - cpu) / 1e3 / burst);
		this.drain.add(peer.label(), "bytes an event", (receiver.allocated() - allocated) / burst);
		this.drain.add(peer.label(), "missing", (double) (calls - receiver.report().count()) / peer.calls());
		receiver.count();
		start = load.thousands(Receiver.DRAIN_CHANNEL, burst);
		this.drain.add(peer.label(), "events/s while they are sent",
				rate(burst, start, receiver.await(calls, PATIENCE)));
	}

	private static double rate(int events, long start, long end) {
		return (end > 0) ? events / ((end - start) / 1e9) : Double.NaN;
	}

	private void report() {
		if (!this.idle.rows().isEmpty()) {
			this.results.text("idle.md", this.idle.markdown());
			SvgBars plot = new SvgBars("Idle latency from publish to handler, us");
			for (String row : this.idle.rows()) {
				plot.add(row, "p50", this.idle.median(row, "p50 us")).add(row, "p99", this.idle.median(row, "p99 us"));
			}
			this.results.plot("idle.svg", plot);
		}
		if (!this.steady.rows().isEmpty()) {
			this.results.text("steady.md", this.steady.markdown());
			SvgBars plot = new SvgBars("Latency under steady load, ms");
			for (String row : this.steady.rows()) {
				plot.add(row, "p50", this.steady.median(row, "p50 ms"))
					.add(row, "p99", this.steady.median(row, "p99 ms"));
			}
			this.results.plot("steady.svg", plot);
		}
		if (!this.changes.rows().isEmpty()) {
			this.results.text("changes.md", this.changes.markdown());
		}
		if (!this.drain.rows().isEmpty()) {
			this.results.text("drain.md", this.drain.markdown());
			SvgBars plot = new SvgBars("Drain of a burst, events/s");
			this.drain.rows().forEach((row) -> plot.add(row, "events/s", this.drain.median(row, "events/s")));
			this.results.plot("drain.svg", plot);
		}
	}

}
