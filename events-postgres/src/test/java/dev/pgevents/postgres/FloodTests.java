package dev.pgevents.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGNotification;

import dev.pgevents.postgres.fault.Sources;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A backlog that has grown while nobody read is taken in pieces: memory is bounded by the
 * subscriptions' buffers, not by the server's queue.
 */
@ParameterizedClass(name = "TLS {0}")
@ValueSource(booleans = { false, true })
class FloodTests {

	private static final int COUNT = 20000;

	/** Of 40 MB in all. */
	private static final int LARGEST_PIECE = 1024 * 1024;

	@Parameter
	boolean tls;

	private FaultScenario scenario;

	private SessionFactory sessions;

	private Session session;

	private final List<Integer> arrived = new ArrayList<>();

	private int largest;

	@BeforeEach
	void stallAndFillTheQueue() throws Exception {
		this.scenario = new FaultScenario(this.tls);
		this.sessions = new SessionFactory("events", Sources.of(this.scenario.server, this.scenario.url())::open,
				"flood", Duration.ofMinutes(1));
		this.session = this.sessions.open();
		this.session.onFlood(this::take);
		this.session.execute("LISTEN " + this.scenario.name);
		this.scenario.network.stall();
		this.scenario.server.query("SELECT count(pg_notify('" + this.scenario.name
				+ "', i || repeat(' ', 2000 + i % 7))) FROM generate_series(0, " + (COUNT - 1) + ") AS i");
	}

	@AfterEach
	void close() throws Exception {
		this.session.close();
		this.sessions.close();
		this.scenario.close();
	}

	private void take(PGNotification[] piece) {
		int size = 0;
		for (PGNotification notification : piece) {
			size += notification.getParameter().length();
			this.arrived.add(Integer.valueOf(notification.getParameter().trim()));
		}
		this.largest = Math.max(this.largest, size);
	}

	private void assertAllArrivedInPieces() {
		assertThat(this.arrived).hasSize(COUNT).isSorted().doesNotHaveDuplicates();
		assertThat(this.largest).isBetween(1, LARGEST_PIECE);
	}

	@Test
	void byWhoeverWaits() throws Exception {
		this.scenario.network.heal();
		while (this.arrived.size() < COUNT) {
			PGNotification[] piece = this.session.awaitNotifications(60_000);
			assertThat(piece).as("after %s", this.arrived.size()).isNotEmpty();
			take(piece);
		}
		assertAllArrivedInPieces();
	}

	@Test
	void beforeTheAnswerToAStatement() throws Exception {
		this.scenario.network.heal();
		assertThat(this.session.query("SELECT 42")).isEqualTo("42");
		while (this.arrived.size() < COUNT) {
			take(this.session.awaitNotifications(60_000));
		}
		assertAllArrivedInPieces();
	}

}
