package dev.pgevents.internal.log;

import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RepetitionTests {

	@Test
	void firstSecondAndFourthAndSoOnAreLogged() {
		assertThat(LongStream.rangeClosed(1, 40).filter(Repetition::isLogged)).containsExactly(1L, 2L, 4L, 8L, 16L,
				32L);
	}

}
