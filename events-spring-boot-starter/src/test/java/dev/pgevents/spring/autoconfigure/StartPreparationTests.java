package dev.pgevents.spring.autoconfigure;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class StartPreparationTests {

	/** Nobody has to know of the bus that it makes; other buses may be at work. */
	@Test
	void leavesNothingBehind(CapturedOutput output) throws Exception {
		ThreadGroup threads = new ThreadGroup("preparation");
		FutureTask<Boolean> preparation = new FutureTask<>(() -> {
			StartPreparation.prepare();
			return true;
		});
		new Thread(threads, preparation).start();
		assertThat(preparation.get(1, TimeUnit.MINUTES)).isTrue();
		assertThat(output).doesNotContain("events: closed");
		await().until(() -> threads.activeCount() == 0);
	}

	@Test
	void isNotMadeWhereThereIsNoBus() {
		assertThat(StartPreparation.isWorthwhile(new MockEnvironment().withProperty("events.enabled", "false")))
			.isFalse();
		assertThat(StartPreparation.isWorthwhile(new MockEnvironment()))
			.isEqualTo(Runtime.getRuntime().availableProcessors() > 1);
	}

}
