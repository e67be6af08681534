package dev.pgevents.internal.util;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ThreadsTests {

	private static final Executor REFUSING = (task) -> {
		throw new RejectedExecutionException("deliberate");
	};

	private final AtomicInteger runs = new AtomicInteger();

	@Test
	void executesWhereThereIsAThread() {
		List<Runnable> executed = new ArrayList<>();
		Threads.executeOrRun(executed::add, this.runs::incrementAndGet);
		assertThat(Threads.tryToExecute(executed::add, this.runs::incrementAndGet)).isTrue();
		assertThat(executed).hasSize(2);
		assertThat(this.runs).hasValue(0);
	}

	@Test
	void runsHereWhereThereIsNone() {
		Threads.executeOrRun(REFUSING, this.runs::incrementAndGet);
		assertThat(this.runs).hasValue(1);
	}

	@Test
	void saysThatThereIsNoneAndRunsNothing() {
		assertThat(Threads.tryToExecute(REFUSING, this.runs::incrementAndGet)).isFalse();
		assertThat(Threads.tryToExecute((task) -> {
			throw new OutOfMemoryError("deliberate");
		}, this.runs::incrementAndGet)).isFalse();
		assertThat(this.runs).hasValue(0);
	}

}
