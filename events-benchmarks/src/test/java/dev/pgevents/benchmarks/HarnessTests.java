package dev.pgevents.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each harness runs, with counts too small to mean anything.
 */
class HarnessTests {

	@TempDir
	Path out;

	@Test
	void comparesReceiversInProcessesOfTheirOwn() throws Exception {
		SideBySide.main(options("peers=pgevents,pgjdbc-same-socket", "scenarios=idle,steady,drain", "rounds=1",
				"samples=5", "warmup=100", "rates=500", "millis=100", "burst=1000"));
		assertThat(this.out.resolve("idle.md")).content().contains("| pgevents |", "| pgjdbc-same-socket |");
		assertThat(this.out.resolve("steady.md")).content().containsPattern("500/s pgevents \\|.*\\| 0 \\|");
		assertThat(this.out.resolve("drain.svg")).content().startsWith("<svg");
	}

	private String[] options(String... options) {
		String[] all = Arrays.copyOf(options, options.length + 1);
		all[options.length] = "out=" + this.out;
		return all;
	}

}
