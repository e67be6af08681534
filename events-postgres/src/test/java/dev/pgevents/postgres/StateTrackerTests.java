package dev.pgevents.postgres;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.pgevents.postgres.test.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

class StateTrackerTests {

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(PostgresEventBus.class.getName());

	private final List<String> told = new ArrayList<>();

	private final StateTracker state = new StateTracker("bus",
			(previous, current) -> this.told.add(previous + ">" + current), Clock.systemUTC());

	@Test
	void eachChangeIsToldAndLoggedOnceAndTheStackTraceOfTheFirstFailureAlone() {
		this.state.connecting();
		this.state.listening();
		this.state.listening();
		for (int i = 0; i < 5; i++) {
			this.state.lost(new IllegalStateException("gone"));
			this.state.connecting();
		}
		this.state.connected();
		this.state.listening();
		this.state.closed();
		this.state.closed();
		assertThat(this.told).containsExactly("CONNECTING>LISTENING", "LISTENING>BACKING_OFF", "BACKING_OFF>CONNECTING",
				"CONNECTING>LISTENING", "LISTENING>CLOSED");
		List<ILoggingEvent> lines = shown();
		assertThat(lines).extracting(ILoggingEvent::getLevel)
			.containsExactly(Level.INFO, Level.WARN, Level.INFO, Level.INFO);
		assertThat(lines).filteredOn((line) -> line.getThrowableProxy() != null).containsExactly(lines.get(1));
		assertThat(lines).allMatch((line) -> line.getFormattedMessage().startsWith("bus: "));
	}

	@Test
	void lineOfALossSaysWhyWithoutItsStackTrace() {
		this.state.lost(new SQLException("The connection attempt failed.", new UnknownHostException("no.such.host")));
		this.state.listening();
		this.state.lost(new SQLException("Connection to a:1 refused", new ConnectException("refused")));
		this.state.listening();
		this.state.lost(new SQLException("one line\nonly", new IllegalStateException()));
		assertThat(shown()).extracting(ILoggingEvent::getFormattedMessage)
			.filteredOn((line) -> line.contains("lost or refused"))
			.satisfiesExactly(
					(line) -> assertThat(line).endsWith("attempt failed. (UnknownHostException: no.such.host)"),
					(line) -> assertThat(line).endsWith(": Connection to a:1 refused"),
					(line) -> assertThat(line).contains(": one line\\nonly (IllegalStateException"));
		assertThat(this.state.status().problem()).startsWith("one line\\nonly");
		assertThat(shown()).allMatch((line) -> line.getThrowableProxy() == null);
		assertThat(this.log.lines()).as("at DEBUG").filteredOn((line) -> line.getThrowableProxy() != null).hasSize(3);
	}

	@Test
	void causesThatGoRoundInACircleAreFollowedForAWhile() {
		SQLException circle = new SQLException("outer");
		circle.initCause(new IllegalStateException("inner", circle));
		this.state.lost(circle);
		assertThat(this.state.status().problem()).startsWith("outer");
	}

	@Test
	void connectionThatCouldNotBeProvenIsAFailureAgain() {
		this.state.lost(new IllegalStateException("first"));
		this.state.connected();
		this.state.lost(new IllegalStateException("second"));
		this.state.connected();
		this.state.listening();
		this.state.lost(new IllegalStateException("third"));
		assertThat(shown()).filteredOn((line) -> line.getThrowableProxy() != null)
			.extracting((line) -> line.getThrowableProxy().getMessage())
			.containsExactly("first", "third");
	}

	@Test
	void deafnessIsAnErrorSaidOnceWithItsReason() {
		this.state.deaf("reason");
		this.state.deaf("reason");
		assertThat(shown()).singleElement()
			.satisfies((line) -> assertThat(line.getLevel()).isEqualTo(Level.ERROR))
			.satisfies((line) -> assertThat(line.getFormattedMessage()).contains("reason"));
		assertThat(this.state.status().problem()).isEqualTo("reason");
	}

	@Test
	void listeningThatIsSwitchedOffIsNoError() {
		this.state.off("off by a.b");
		assertThat(this.state.status().state()).isEqualTo(ConnectionState.DEAF);
		assertThat(this.state.status().problem()).isEqualTo("off by a.b");
		assertThat(shown()).singleElement()
			.satisfies((line) -> assertThat(line.getLevel()).isEqualTo(Level.INFO))
			.satisfies((line) -> assertThat(line.getFormattedMessage()).contains("off by a.b"));
	}

	@Test
	void nothingFollowsClosed() {
		this.state.closed();
		this.state.listening();
		this.state.lost(new IllegalStateException("gone"));
		assertThat(this.state.state()).isEqualTo(ConnectionState.CLOSED);
		assertThat(this.told).containsExactly("CONNECTING>CLOSED");
	}

	@Test
	void tellsSinceWhenAndWhyEventsMayNotArrive() {
		Instant begin = this.state.status().notDeliveringSince();
		this.state.lost(new IllegalStateException("gone"));
		this.state.connected();
		assertThat(this.state.status()).isEqualTo(new ConnectionStatus(ConnectionState.CONNECTING, begin, "gone"));
		this.state.listening();
		assertThat(this.state.status()).isEqualTo(new ConnectionStatus(ConnectionState.LISTENING, null, null));
	}

	@Test
	void listenerThatFailsOrChangesTheStateItselfSeesAllChangesInOrder() {
		List<String> seen = new ArrayList<>();
		StateTracker[] own = new StateTracker[1];
		own[0] = new StateTracker("bus", (previous, current) -> {
			if (current == ConnectionState.LISTENING) {
				own[0].closed();
			}
			seen.add(previous + ">" + current);
			throw new AssertionError("deliberate");
		}, Clock.systemUTC());
		own[0].listening();
		assertThat(seen).containsExactly("CONNECTING>LISTENING", "LISTENING>CLOSED");
	}

	private List<ILoggingEvent> shown() {
		return this.log.lines().stream().filter((line) -> line.getLevel().isGreaterOrEqual(Level.INFO)).toList();
	}

}
