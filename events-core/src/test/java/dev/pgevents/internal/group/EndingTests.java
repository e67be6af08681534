package dev.pgevents.internal.group;

import java.sql.SQLException;
import java.util.stream.Stream;

import dev.pgevents.internal.group.Attempt.State;
import dev.pgevents.internal.group.Ending.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What it means how a handler has ended and what has become of the position.
 */
class EndingTests {

	private static final Exception FAILURE = new IllegalStateException("no");

	private static final Exception DEADLOCK = new IllegalStateException(new SQLException("deadlock", "40P01"));

	private static final Exception INTERRUPT = new IllegalStateException(new InterruptedException());

	static Stream<Arguments> endings() {
		return Stream.of(Arguments.of(State.ALONE, null, Kind.HANDLED), Arguments.of(State.ALONE, FAILURE, Kind.FAILED),
				Arguments.of(State.ALONE, DEADLOCK, Kind.REPEATABLE),
				Arguments.of(State.ALONE, INTERRUPT, Kind.INTERRUPTED),
				Arguments.of(State.ALONE, new InterruptedException(), Kind.INTERRUPTED),
				Arguments.of(State.ENLISTED, null, Kind.COMMITTED), Arguments.of(State.ENLISTED, FAILURE, Kind.FAILED),
				Arguments.of(State.COMMITTED, null, Kind.COMMITTED),
				Arguments.of(State.COMMITTED, FAILURE, Kind.COMMITTED),
				Arguments.of(State.ROLLED_BACK, DEADLOCK, Kind.REPEATABLE),
				Arguments.of(State.ROLLED_BACK, FAILURE, Kind.FAILED));
	}

	@ParameterizedTest
	@MethodSource("endings")
	void isKnownByThePositionAndByWhatWasThrown(State position, Throwable thrown, Kind kind) {
		assertThat(Ending.of(position, thrown)).isEqualTo(new Ending(kind, thrown));
	}

	@Test
	void aHandlerWhoseTransactionWasRolledBackHasFailedThoughItThrowsNothing() {
		Ending ending = Ending.of(State.ROLLED_BACK, null);
		assertThat(ending.kind()).isEqualTo(Kind.FAILED);
		assertThat(ending.problem()).hasMessage("the handler's transaction was rolled back");
	}

	@Test
	void whatIsThrownWhereThePositionWasRefusedIsNobodysFault() {
		assertThat(Ending.of(State.FENCED, FAILURE)).isEqualTo(new Ending(Kind.FENCED, null));
	}

}
