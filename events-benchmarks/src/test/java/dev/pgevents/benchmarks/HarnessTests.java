package dev.pgevents.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each harness runs, with counts too small to mean anything.
 */
class HarnessTests {

	private static BenchmarkServer server;

	@TempDir
	Path out;

	@BeforeAll
	static void startServer() throws Exception {
		server = BenchmarkServer.start(Options.of());
	}

	@AfterAll
	static void stopServer() throws Exception {
		server.close();
	}

	@Test
	void comparesReceiversInProcessesOfTheirOwn() throws Exception {
		SideBySide.main(options("peers=pgevents,pgjdbc-same-socket", "scenarios=idle,steady,drain", "rounds=1",
				"samples=5", "warmup=100", "settling=2000", "rates=500", "millis=100", "burst=1000"));
		assertThat(this.out.resolve("idle.md")).content().contains("| pgevents |", "| pgjdbc-same-socket |");
		assertThat(this.out.resolve("steady.md")).content().containsPattern("500/s pgevents \\|.*\\| 0 \\|");
		assertThat(this.out.resolve("drain.svg")).content().startsWith("<svg");
	}

	@Test
	void sendsSteadyLoadThroughTheBus() throws Exception {
		SideBySide.main(options("peers=pgevents", "publisher=async", "scenarios=steady", "rounds=1", "samples=1",
				"warmup=100", "settling=2000", "rates=1000", "millis=100"));
		assertThat(this.out.resolve("steady.md")).content().containsPattern("1,000/s pgevents \\|.*\\| 0 \\|");
	}

	@Test
	void measuresPublishing() throws Exception {
		Publishing.main(options("rounds=1", "millis=50", "threads=2", "batches=10"));
		assertThat(this.out.resolve("publishing.md")).content()
			.contains("| pg_notify, connections: 2 |", "| publish, threads: 2 |", "| publishAll of 10 |");
	}

	@Test
	void measuresPublishingBesideHandlers() throws Exception {
		PublishingBesideHandlers.main(options("rounds=1", "threads=2", "events=100", "warmup=1"));
		assertThat(this.out.resolve("publishing-beside-handlers.md")).content()
			.contains("| pg_notify, connections: 2 |", "| publish, threads: 2 |", "cold published, ratio",
					"warm handled, events/s");
	}

	@Test
	void measuresWhatEventsCostTransactions() throws Exception {
		CommitLock.main(options("rounds=1", "millis=50", "writers=2"));
		assertThat(this.out.resolve("commit-lock.md")).content()
			.contains("| 2 writers, no events |", "| 2 writers, transactional |", "| 2 writers, after-commit |");
	}

	@Test
	void measuresGrowth() throws Exception {
		Growth.main(options("rounds=1", "millis=20", "samples=2", "buses=2", "channels=2", "bytes=7700"));
		assertThat(this.out.resolve("growth.md")).content()
			.contains("| buses: 2 |", "| channels: 2 |", "| payload bytes: 7700 |");
	}

	@Test
	void measuresSubscriptionsBesideSlowOnes() throws Exception {
		Neighbours.main(options("rounds=1", "millis=100", "warmup=10", "rate=500"));
		assertThat(this.out.resolve("neighbours.md")).content()
			.contains("| alone |", "| beside a handler of 10 ms |", "| beside a handler that blocks for ever |");
	}

	@Test
	void measuresTheStartOfAnApplication() throws Exception {
		Start.main(options("rounds=1"));
		assertThat(this.out.resolve("start.md")).content()
			.contains("| events.enabled=false |", "| with events |", "classes loaded");
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_25)
	void startsAnApplicationFromAnAotCache() throws Exception {
		Start.main(options("rounds=1", "cache=true"));
		assertThat(this.out.resolve("start.md")).content().contains("| with events, AOT cache |");
	}

	@Test
	void measuresGroups() throws Exception {
		DurableFigures.main(options("figures=latency,steady,writers,backlog,open", "rounds=1", "millis=100",
				"warmup=200", "writers=2", "events=2000", "transactions=100"));
		assertThat(this.out.resolve("durable-latency.md")).content().contains("| group, handled in a transaction |");
		assertThat(this.out.resolve("durable-backlog.md")).content().contains("| positions written together |");
	}

	@Test
	void measuresGroupsBesidePeers() throws Exception {
		DurableFigures.main(options("figures=peers", "peers=pgevents,spring-integration,modulith", "warming=1",
				"rounds=1", "samples=2", "millis=100", "waiting=80"));
		assertThat(this.out.resolve("durable-peers.md")).content()
			.contains("| pgevents, defaults |", "| spring-integration, tuned |", "| modulith, tuned |");
	}

	@Test
	void runsMicroBenchmarks() throws Exception {
		Micro.main(options("include=.*", "forks=0", "iterations=1", "millis=1", "verbosity=SILENT"));
		assertThat(this.out.resolve("micro.md")).content()
			.contains("| WireBenchmark.encode |", "| InProcessBenchmark.annotatedMethod |");
	}

	private String[] options(String... options) {
		String[] all = Arrays.copyOf(options, options.length + 2);
		all[options.length] = "out=" + this.out;
		all[options.length + 1] = "url=" + server.url();
		return all;
	}

}
