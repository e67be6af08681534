package dev.pgevents.postgres.fault;

import java.time.Duration;
import java.util.function.UnaryOperator;

import dev.pgevents.Gap;
import dev.pgevents.postgres.ConnectionState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The connection is well, and the server does not send anything: silent death. */
class LostRegistrationTests {

	private static ControlledServer server;

	@BeforeAll
	static void startServer() {
		server = ControlledServer.create("log_statement = all").start();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "UNLISTEN *", "UNLISTEN events", "DISCARD ALL" })
	void heartbeatFindsOutThatTheServerHasForgottenTheBusAndTellsOfTheGap(String statement) throws Exception {
		try (SessionProxy proxy = SessionProxy.inFrontOf(server);
				WatchedBus watched = WatchedBus
					.create(server, Sources.of(server, server.url(proxy.address())), UnaryOperator.identity())
					.start()) {
			for (int i = 1; i <= 3; i++) {
				proxy.execute(statement);
				watched.ledger().awaitGaps(i, WatchedBus.LIMIT);
				watched.awaitDelivery();
			}
			watched.verify();
			assertThat(watched.ledger().gaps()).hasSize(3)
				.allSatisfy((gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED));
			assertThat(watched.states()).containsOnlyOnce(ConnectionState.LISTENING);
		}
	}

	@Test
	void heartbeatReachesTheServerWhileNothingArrives() {
		try (WatchedBus watched = WatchedBus.create(server, Sources.of(server),
				(bus) -> bus.heartbeat(Duration.ofMillis(20)))) {
			watched.awaitState(ConnectionState.LISTENING);
			int before = heartbeats();
			await().atMost(WatchedBus.LIMIT).until(() -> heartbeats() >= before + 3);
		}
	}

	private static int heartbeats() {
		return server.log().split("pg_listening_channels", -1).length - 1;
	}

}
