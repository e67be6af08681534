package dev.pgevents.postgres;

import java.time.Duration;

import dev.pgevents.Gap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Faults between a bus and its server, while events are published from elsewhere: each
 * ends with delivery back and nothing missed in silence.
 */
class NetworkFaultTests extends FaultyNetworkTest {

	private static final Duration LIMIT = FaultScenario.LIMIT;

	/** Where a busy machine must not look like a fault. */
	private void beginPatiently() throws Exception {
		this.scenario.build(this.scenario.steady());
		this.scenario.begin();
	}

	private void assertOnlyReconnected(int atLeast) {
		assertThat(this.scenario.ledger.gaps()).hasSizeGreaterThanOrEqualTo(atLeast)
			.extracting(Gap::reason)
			.containsOnly(Gap.Reason.RECONNECTED);
	}

	@Test
	void withoutFaultsThereIsNoGap() throws Exception {
		beginPatiently();
		this.scenario.verify();
		assertThat(this.scenario.ledger.gaps()).isEmpty();
	}

	@Test
	void encryptsWhereItIsToldTo() throws Exception {
		begin();
		String bus = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE "
				+ "'pgevents " + this.scenario.name + "%' AND ssl";
		await().atMost(LIMIT).until(() -> this.scenario.server.query(bus) == (this.tls ? 2 : 0));
	}

	@Test
	void reset() throws Exception {
		begin();
		this.scenario.network.cut();
		this.scenario.ledger.awaitGaps(1, LIMIT);
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 5, 17, 150, 1000 })
	void resetInTheMiddleOfAMessage(int bytes) throws Exception {
		begin();
		this.scenario.network.resetAfter(bytes);
		this.scenario.ledger.awaitGaps(1, LIMIT);
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void refusedAtTheStartAndForManyAttempts() throws Exception {
		this.scenario.network.refuse();
		this.scenario.build(this.scenario.steady());
		this.scenario.awaitAttempts(10);
		assertThat(this.scenario.bus().status().connection().state()).isEqualTo(ConnectionState.BACKING_OFF);
		this.scenario.network.heal();
		this.scenario.begin();
		this.scenario.verify();
		assertThat(this.scenario.ledger.gaps()).as("what was subscribed to nothing yet has missed nothing").isEmpty();
	}

	@Test
	void refusedLaterAndForManyAttempts() throws Exception {
		begin();
		this.scenario.network.refuse();
		this.scenario.network.cut();
		this.scenario.awaitAttempts(10);
		this.scenario.network.heal();
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void unansweredDials() throws Exception {
		this.scenario.network.ignoreDials();
		this.scenario.build();
		this.scenario.awaitAttempts(2);
		this.scenario.network.heal();
		this.scenario.begin();
		this.scenario.network.ignoreDials();
		this.scenario.network.cut();
		this.scenario.awaitAttempts(2);
		this.scenario.network.heal();
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void halfOpenConnectionIsFoundByTheHeartbeat() throws Exception {
		begin();
		this.scenario.network.blackHole();
		this.scenario.awaitLoss();
		this.scenario.awaitAttempts(1);
		this.scenario.network.heal();
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void halfOpenConnectionIsFoundAlsoWhereNewOnesAreFine() throws Exception {
		begin();
		this.scenario.network.blackHole();
		this.scenario.network.heal();
		this.scenario.ledger.awaitGaps(1, LIMIT);
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void stalledForLongerThanTheHeartbeatAndItsPatience() throws Exception {
		begin();
		this.scenario.network.stall();
		this.scenario.awaitLoss();
		this.scenario.network.heal();
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void stalledForLongerThanTheHeartbeatOnlyLosesNothing() throws Exception {
		beginPatiently();
		this.scenario.network.stall();
		int from = this.scenario.publisher().begun();
		await().atMost(LIMIT).until(() -> this.scenario.publisher().begun() > from + 500);
		this.scenario.network.heal();
		this.scenario.verify();
		assertThat(this.scenario.ledger.gaps()).isEmpty();
	}

	@Test
	void dribblingByteByByteLosesNothing() throws Exception {
		this.scenario.network.dribble();
		beginPatiently();
		this.scenario.ledger.awaitEvent(this.scenario.publisher(), 100, LIMIT);
		this.scenario.verify();
		assertThat(this.scenario.ledger.gaps()).isEmpty();
	}

	@Test
	void delayedByTwoHundredMillisecondsLosesNothing() throws Exception {
		this.scenario.network.delay(Duration.ofMillis(200));
		beginPatiently();
		int before = this.scenario.ledger.gaps().size();
		this.scenario.ledger.awaitEvent(this.scenario.publisher(), 200, LIMIT);
		this.scenario.verify();
		assertThat(this.scenario.ledger.gaps()).as("once delivery is proven").hasSize(before);
	}

	@Test
	void streamFromTheServerEnds() throws Exception {
		begin();
		this.scenario.network.halfCloseTowardsClient();
		this.scenario.ledger.awaitGaps(1, LIMIT);
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void streamToTheServerEnds() throws Exception {
		begin();
		this.scenario.network.halfCloseTowardsServer();
		this.scenario.ledger.awaitGaps(1, LIMIT);
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void terminatedByAnAdministrator() throws Exception {
		begin();
		this.scenario.server.terminate("pgevents " + this.scenario.name + "%");
		this.scenario.ledger.awaitGaps(1, LIMIT);
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void terminatedEveryFiftyMillisecondsForTenSeconds() throws Exception {
		begin();
		try (Repeated terminate = Repeated.every(Duration.ofMillis(50),
				() -> this.scenario.server.terminate("pgevents " + this.scenario.name + "%"))) {
			terminate.awaitTimes(200, LIMIT.multipliedBy(2));
		}
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

	@Test
	void resetEveryFewMilliseconds() throws Exception {
		begin();
		try (Repeated cut = Repeated.every(Duration.ofMillis(7), this.scenario.network::cut)) {
			cut.awaitTimes(200, LIMIT);
		}
		this.scenario.verify();
		assertOnlyReconnected(1);
	}

}
