package dev.pgevents.postgres.internal.session;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ReplacingSessionsTests {

	private static final TestPostgres database = TestPostgres.shared();

	/** Nothing here waits for it to pass. */
	private static final Duration HOUR = Duration.ofHours(1);

	private static final String OPTIONS = "options=-c%20lock_timeout=77s%20-c%20idle_in_transaction_session_timeout=88s";

	private final String name = "sessions" + UUID.randomUUID();

	private final ReplacingSessions sessions = new ReplacingSessions("events",
			factory(this.name + " listener", database.url(), HOUR), this::giveAway);

	private Session spare;

	@BeforeEach
	void openSpare() throws Exception {
		this.spare = publishing(database.url());
	}

	@AfterEach
	void close() {
		this.sessions.close();
		Session left = giveAway();
		if (left != null) {
			left.close();
		}
	}

	private Session giveAway() {
		Session given = this.spare;
		this.spare = null;
		return given;
	}

	private Session publishing(String url) throws SQLException {
		Session session = factory(this.name + " publisher", url, Duration.ofMinutes(5)).open();
		session.execute("SET lock_timeout = 1234; SET idle_in_transaction_session_timeout = 5678");
		return session;
	}

	@Test
	void firstSessionIsANewOne() throws Exception {
		try (Session first = this.sessions.open()) {
			assertThat(this.spare).isNotNull();
			assertThat(first.processId()).isNotEqualTo(this.spare.processId());
		}
	}

	@Test
	void nextOneIsTheSpareOneAndIsSetUpAsANewOne() throws Exception {
		int process = this.spare.processId();
		try (Session first = this.sessions.open(); Session next = this.sessions.open()) {
			assertThat(next.processId()).isEqualTo(process);
			for (String setting : new String[] { "application_name", "lock_timeout",
					"idle_in_transaction_session_timeout", "idle_session_timeout" }) {
				assertThat(next.query("SHOW " + setting)).as(setting).isEqualTo(first.query("SHOW " + setting));
			}
			assertThat(next.connection().getNetworkTimeout()).isEqualTo(first.connection().getNetworkTimeout());
		}
	}

	/** Which ends with its first answer. */
	@Test
	void spareOneIsBoundToItsHalfSecondNoMore() throws Exception {
		this.sessions.open().close();
		try (Session next = this.sessions.open()) {
			assertThat(next.query("SELECT 'late' FROM pg_sleep(0.6)")).isEqualTo("late");
		}
	}

	@Test
	void newOneIsMadeWhereThereIsNoneToBeSpared() throws Exception {
		giveAway().close();
		try (Session first = this.sessions.open(); Session next = this.sessions.open()) {
			assertThat(next.processId()).isNotEqualTo(first.processId());
		}
	}

	@Test
	void newOneIsMadeWhereTheSpareOneHasEnded() throws Exception {
		Session ended = this.spare;
		assertThat(database.terminate(this.name + " publisher")).isEqualTo(1);
		try (Session first = this.sessions.open(); Session next = this.sessions.open()) {
			assertThat(next.processId()).isNotIn(first.processId(), ended.processId());
			assertThat(ended.connection().isClosed()).isTrue();
		}
	}

	/** In the half second that it is given. */
	@Test
	void newOneIsMadeWhereTheSpareOneDoesNotAnswer() throws Exception {
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(database.url())) {
			giveAway().close();
			Session silent = publishing(network.url(database.url()));
			this.spare = silent;
			network.blackHole();
			try (Session first = this.sessions.open(); Session next = this.sessions.open()) {
				assertThat(next.processId()).isNotIn(first.processId(), silent.processId());
				assertThat(silent.connection().isClosed()).isTrue();
			}
		}
	}

	/** Or the thread that reads from it would not see that the bus is closed. */
	@Test
	void closingBreaksTheSpareOneToo() throws Exception {
		this.sessions.open().close();
		Session next = this.sessions.open();
		this.sessions.close();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> next.query("SELECT 1"));
	}

	@Test
	void noneIsOpenedAfterClosing() throws Exception {
		this.sessions.open().close();
		Session kept = this.spare;
		this.sessions.close();
		assertThatExceptionOfType(SQLException.class).isThrownBy(this.sessions::open).withMessageContaining("closed");
		assertThat(kept.connection().isClosed()).isTrue();
	}

	private static SessionFactory factory(String applicationName, String url, Duration networkTimeout) {
		return new SessionFactory("events", (settings) -> {
			settings.setProperty("user", database.user());
			settings.setProperty("password", database.password());
			return DriverManager.getConnection(url + (url.contains("?") ? "&" : "?") + OPTIONS, settings);
		}, applicationName, networkTimeout);
	}

}
