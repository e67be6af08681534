package dev.pgevents.postgres.fault;

import java.sql.DriverManager;
import java.util.function.UnaryOperator;

import dev.pgevents.PublishException;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.fault.ControlledServer.Stop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class FailoverTests {

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void busFollowsToTheStandbyThatTakesOver(boolean primaryIsNamedFirst) throws Exception {
		try (ControlledServer primary = ControlledServer.create().start();
				ControlledServer standby = primary.standby()) {
			String url = primaryIsNamedFirst ? primary.url(primary.address(), standby.address())
					: primary.url(standby.address(), primary.address());
			try (WatchedBus watched = WatchedBus.create(primary, Sources.of(primary, url), UnaryOperator.identity())
				.start(url + "?targetServerType=primary")) {
				awaitSessions(primary, watched, 2);
				awaitSessions(standby, watched, 0);
				if (primaryIsNamedFirst) {
					primary.kill();
				}
				else {
					primary.stop(Stop.FAST);
				}
				watched.awaitState(ConnectionState.BACKING_OFF);
				assertThatExceptionOfType(PublishException.class)
					.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
					.withMessageContaining("not published");
				standby.promote();
				watched.awaitDelivery();
				awaitSessions(standby, watched, 2);
				assertThat(watched.ledger().gaps()).isNotEmpty();
				watched.verify();
			}
		}
	}

	@Test
	void hotStandbyIsNamedWithWhatToConfigureAndServesOnceItIsPromoted() throws Exception {
		try (ControlledServer primary = ControlledServer.create().start();
				ControlledServer standby = primary.standby();
				WatchedBus watched = WatchedBus.create(standby)) {
			isRefusedAsAStandby(watched);
			standby.promote();
			watched.start().verify();
		}
	}

	@Test
	void hotStandbyIsNamedToThoseWhoOpenConnectionsInTheirOwnWayToo() throws Exception {
		try (ControlledServer primary = ControlledServer.create().start();
				ControlledServer standby = primary.standby()) {
			ConnectionSource source = (settings) -> DriverManager.getConnection(standby.url() + "?ApplicationName=own",
					standby.user(), "");
			try (WatchedBus watched = WatchedBus.create(standby, source, UnaryOperator.identity())) {
				isRefusedAsAStandby(watched);
				assertThat(standby.sessions("own")).isLessThanOrEqualTo(1);
				standby.promote();
				watched.start().verify();
			}
		}
	}

	/** What the driver has closed lately may still be ending. */
	private static void awaitSessions(ControlledServer server, WatchedBus watched, int count) {
		await().atMost(WatchedBus.LIMIT).until(() -> server.sessions(watched.sessions()) == count);
	}

	private static void isRefusedAsAStandby(WatchedBus watched) {
		watched.awaitProblem(ConnectionState.BACKING_OFF, "hot standby", "primary", "events.postgres.url");
		assertThatExceptionOfType(PublishException.class).isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
			.withMessageContaining("not published")
			.withMessageContaining("hot standby")
			.withMessageContaining("events.postgres.url");
	}

	/** The driver takes it for a standby; LISTEN and NOTIFY are no writes. */
	@Test
	void databaseThatIsReadOnlyByDefaultIsNoStandby() throws Exception {
		try (ControlledServer server = ControlledServer.create("default_transaction_read_only = on").start();
				WatchedBus watched = WatchedBus.create(server)) {
			watched.start().verify();
			assertThat(watched.states()).doesNotContain(ConnectionState.BACKING_OFF);
		}
	}

}
