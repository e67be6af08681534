package dev.pgevents.postgres.fault;

import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PgpoolTests {

	@Test
	void oneServerIsAsGoodAsWithout() throws Exception {
		try (ControlledServer server = ControlledServer.create().start();
				Pgpool pgpool = Pgpool.inFrontOf(server);
				WatchedBus watched = WatchedBus
					.create(server, Sources.of(server, server.url(pgpool.address())), UnaryOperator.identity())
					.start()) {
			watched.verify();
			assertThat(watched.ledger().gaps()).isEmpty();
		}
	}

	/** The driver asks a standby whether it speaks with the primary. */
	@Test
	void deliversWhereQueriesAreBalancedToAStandby() throws Exception {
		try (ControlledServer primary = ControlledServer.create().start();
				ControlledServer standby = primary.standby();
				Pgpool pgpool = Pgpool.inFrontOf(primary, standby);
				WatchedBus watched = WatchedBus
					.create(primary, Sources.of(primary, primary.url(pgpool.address())), UnaryOperator.identity())
					.start()) {
			watched.verify();
			assertThat(watched.ledger().gaps()).isEmpty();
		}
	}

}
