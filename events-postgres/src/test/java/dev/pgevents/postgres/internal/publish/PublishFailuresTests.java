package dev.pgevents.postgres.internal.publish;

import java.sql.SQLException;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing is said to be certain that is not.
 */
class PublishFailuresTests {

	@ParameterizedTest
	@ValueSource(strings = { "55P03", "54000", "25006", "22023", "57014", "53200", "XX000" })
	void whatTheServerRefusesIsNotPublished(String state) {
		for (SQLException refusal : new SQLException[] { answer("ERROR", state),
				new SQLException("of a driver around pgjdbc", state) }) {
			assertThat(PublishFailures.translate(refusal).outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
			assertThat(PublishFailures.translateInTransaction(refusal).outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "57P01", "57P05", "58P01", "08006", "53200" })
	void whatEndsTheSessionIsKnownOnlyWhereACommitIsStillMissing(String state) {
		PSQLException end = answer("FATAL", state);
		assertThat(PublishFailures.translate(end).outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(PublishFailures.translateInTransaction(end).outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
	}

	@Test
	void brokenConnectionIsKnownOnlyWhereACommitIsStillMissing() {
		PSQLException broken = new PSQLException("broken", PSQLState.CONNECTION_FAILURE);
		assertThat(PublishFailures.translate(broken).outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(PublishFailures.translateInTransaction(broken).outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
	}

	@Test
	void whatTheDriverMakesUpSaysNothingOfTheServer() {
		for (SQLException own : new SQLException[] { new SQLException("no state"),
				new PSQLException("no memory for the answer", PSQLState.OUT_OF_MEMORY),
				new PSQLException("a bug", PSQLState.UNEXPECTED_ERROR) }) {
			assertThat(PublishFailures.translate(own).outcome()).isEqualTo(Outcome.UNKNOWN);
			assertThat(PublishFailures.translateInTransaction(own).outcome()).isEqualTo(Outcome.UNKNOWN);
		}
	}

	/** As pgjdbc does where a statement is too large to be written. */
	@Test
	void serverIsNotBlamedForWhatItNeverSaw() {
		PSQLException own = new PSQLException("Unable to bind parameter values for statement.",
				PSQLState.INVALID_PARAMETER_VALUE);
		assertThat(PublishFailures.translate(own)).hasMessageContaining("the driver could not send")
			.hasMessageNotContaining("server")
			.returns(Outcome.NOT_PUBLISHED, PublishException::outcome);
		assertThat(PublishFailures.translate(answer("ERROR", "22023"))).hasMessageContaining("the server refused");
	}

	@ParameterizedTest
	@ValueSource(strings = { "55P03", "54000", "25006", "22023", "57P01", "53200" })
	void messageSaysTheSameAsTheOutcome(String state) {
		for (String severity : new String[] { "ERROR", "FATAL" }) {
			PublishException failure = PublishFailures.translate(answer(severity, state));
			assertThat(failure.getMessage().contains("not published"))
				.isEqualTo(failure.outcome() == Outcome.NOT_PUBLISHED);
			assertThat(failure.getMessage().contains("not known")).isEqualTo(failure.outcome() == Outcome.UNKNOWN);
		}
	}

	private static PSQLException answer(String severity, String state) {
		return new PSQLException(new ServerErrorMessage("S" + severity + "\0C" + state + "\0Mdeliberate\0"));
	}

}
