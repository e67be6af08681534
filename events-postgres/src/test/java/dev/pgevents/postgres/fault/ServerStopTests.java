package dev.pgevents.postgres.fault;

import java.util.function.UnaryOperator;

import dev.pgevents.Gap;
import dev.pgevents.PublishException;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.fault.ControlledServer.Stop;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The server goes away, and comes back; on plain connections and over TLS. */
@ParameterizedClass(name = "TLS {0}")
@ValueSource(booleans = { false, true })
class ServerStopTests {

	@Parameter
	boolean tls;

	private static ControlledServer server;

	@BeforeAll
	static void createServer() {
		server = ControlledServer.create().withTls();
	}

	@BeforeEach
	void startServer() {
		if (!server.isRunning()) {
			server.start();
		}
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@ParameterizedTest
	@EnumSource(End.class)
	void whateverIsMissedWhileTheServerIsGoneIsCoveredByAGap(End end) throws Exception {
		try (WatchedBus watched = bus().start()) {
			end.apply();
			watched.awaitState(ConnectionState.BACKING_OFF);
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
				.withMessageContaining("not published")
				.withMessageContaining(server.address());
			server.start();
			watched.awaitDelivery();
			assertThat(watched.ledger().gaps()).isNotEmpty()
				.allSatisfy((gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED));
			watched.verify();
		}
	}

	@ParameterizedTest
	@EnumSource(End.class)
	void restartsOneAfterTheOther(End end) throws Exception {
		try (WatchedBus watched = bus().start()) {
			for (int i = 0; i < 3; i++) {
				end.apply();
				server.start();
				watched.awaitDelivery();
			}
			watched.verify();
		}
	}

	@Test
	void busThatIsThereBeforeItsServerDeliversOnceThatIsStarted() throws Exception {
		server.stop(Stop.FAST);
		try (WatchedBus watched = bus()) {
			watched.awaitProblem(ConnectionState.BACKING_OFF, server.address());
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
				.withMessageContaining("not published")
				.withMessageContaining(server.address());
			server.start();
			watched.start();
			watched.verify();
			assertThat(watched.ledger().gaps()).as("of a subscription that was not live before").isEmpty();
		}
	}

	private WatchedBus bus() {
		String url = server.url()
				+ (this.tls ? "?sslmode=verify-full&sslrootcert=" + server.certificate() : "?sslmode=disable");
		return WatchedBus.create(server, Sources.of(server, url), UnaryOperator.identity());
	}

	private enum End {

		STOP_FAST {

			@Override
			void apply() {
				server.stop(Stop.FAST);
			}

		},

		STOP_IMMEDIATE {

			@Override
			void apply() {
				server.stop(Stop.IMMEDIATE);
			}

		},

		KILL {

			@Override
			void apply() {
				server.kill();
			}

		};

		abstract void apply();

	}

}
