package dev.pgevents.postgres.fault;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;

import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.Published.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PoolerTests {

	private static ControlledServer server;

	@BeforeAll
	static void startServer() {
		server = ControlledServer.create().start();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@Test
	void pgbouncerInTransactionModeIsNamedWithWhatToConfigure() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "transaction");
				WatchedBus watched = WatchedBus.create(server, Sources.of(server, server.url(pgbouncer.address())),
						UnaryOperator.identity())) {
			watched.awaitProblem(ConnectionState.DEAF, "pgbouncer", "transaction mode", "events.postgres.url");
			for (int i = 0; i < 50; i++) {
				watched.bus().publish(watched.otherEvent());
			}
			assertThat(watched.states()).doesNotContain(ConnectionState.LISTENING);
			try (Connection other = Sources.of(server, server.url(pgbouncer.address())).open(new Properties());
					Statement statement = other.createStatement();
					ResultSet rows = statement.executeQuery("SHOW lock_timeout")) {
				rows.next();
				assertThat(rows.getString(1)).as("of everybody who shares the pool").isEqualTo("0");
			}
		}
	}

	/** Two of them, which get one another's sessions on the server. */
	@Test
	void publishingGoesThroughPgbouncerWhereOnlyListeningIsGivenTheServerItself() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "transaction")) {
			UnaryOperator<PostgresEventBus.Builder> publishing = (bus) -> bus
				.dataSource(server.dataSource(server.url(pgbouncer.address())));
			try (WatchedBus one = WatchedBus.create(server, Sources.of(server), publishing).start();
					WatchedBus other = WatchedBus.create(server, Sources.of(server), publishing).start()) {
				for (int i = 0; i < 10; i++) {
					one.awaitDelivery();
					other.awaitDelivery();
				}
				for (WatchedBus watched : List.of(one, other)) {
					watched.verify();
					assertThat(watched.through().count(Outcome.FAILED)).isZero();
					assertThat(watched.ledger().gaps()).isEmpty();
				}
			}
		}
	}

	@Test
	void pgbouncerInSessionModeIsAsGoodAsNone() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "session");
				WatchedBus watched = WatchedBus
					.create(server, Sources.of(server, server.url(pgbouncer.address())), UnaryOperator.identity())
					.start()) {
			watched.verify();
			assertThat(watched.ledger().gaps()).isEmpty();
		}
	}

	/** What pgbouncer does, for machines that have none. */
	@Test
	void whatKeepsNotificationsBackIsFoundOut() throws Exception {
		try (SessionProxy proxy = SessionProxy.inFrontOf(server)) {
			proxy.withhold((type) -> type == 'A' || type == 'K');
			try (WatchedBus watched = WatchedBus.create(server, Sources.of(server, server.url(proxy.address())),
					(bus) -> bus.heartbeat(Duration.ofMinutes(10)))) {
				watched.awaitProblem(ConnectionState.DEAF, "pooler", "events.postgres.url");
				proxy.withhold((type) -> type == 'K');
				watched.start().verify();
			}
		}
	}

}
