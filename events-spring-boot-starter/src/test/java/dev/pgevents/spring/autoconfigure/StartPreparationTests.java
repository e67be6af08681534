package dev.pgevents.spring.autoconfigure;

import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class StartPreparationTests {

	/** Nobody has to know of the bus that it makes. */
	@Test
	void leavesNothingBehind(CapturedOutput output) throws Exception {
		Set<Thread> before = busThreads();
		StartPreparation.prepare();
		assertThat(output).doesNotContain("closed", "listening");
		await().until(() -> before.containsAll(busThreads()));
	}

	@Test
	void isNotMadeWhereThereIsNoBus() {
		assertThat(StartPreparation.isWorthwhile(new MockEnvironment().withProperty("events.enabled", "false")))
			.isFalse();
		assertThat(StartPreparation.isWorthwhile(new MockEnvironment()))
			.isEqualTo(Runtime.getRuntime().availableProcessors() > 1);
	}

	private static Set<Thread> busThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("events-"))
			.collect(Collectors.toSet());
	}

}
