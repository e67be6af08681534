package dev.pgevents.benchmarks.sidebyside;

import dev.pgevents.benchmarks.BenchmarkServer;
import dev.pgevents.benchmarks.Options;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each peer in this process. The server stops with it: receivers are made to outlive lost
 * servers.
 */
class PeerTests {

	private static BenchmarkServer server;

	@BeforeAll
	static void startServer() throws Exception {
		server = BenchmarkServer.start(Options.of());
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LIBPQ")
	void receivesWhatItsPublisherSends(Peer peer) throws Exception {
		Recording recording = new Recording();
		try (Load load = peer.load(server)) {
			peer.receiver().start(server.url(), recording);
			recording.reset(false);
			load.idle(Receiver.CHANNEL, 3);
			assertThat(recording.await(3, 60_000)).isPositive();
		}
		Report report = recording.report();
		assertThat(report.count()).isEqualTo(3);
		assertThat(report.p50()).isPositive();
		assertThat(Report.parse(report.line())).isEqualTo(report);
	}

}
