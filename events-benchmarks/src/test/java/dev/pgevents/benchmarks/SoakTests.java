package dev.pgevents.benchmarks;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A minute of faults. Longer, or with the seed of a run that was broken:
 * {@code -Devents.soak="seconds=600 seed=42"}.
 */
class SoakTests {

	@Test
	void nothingIsMissedInSilence() throws Exception {
		String options = System.getProperty("events.soak", "seconds=60");
		assertThat(Soak.run(Options.of(options.split(" ")))).isTrue();
	}

}
