package dev.pgevents.spring.autoconfigure;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.system.JavaVersion;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskDecorator;

/**
 * Where handlers run: on virtual threads where the application asked for them.
 */
final class HandlerExecutor {

	private HandlerExecutor() {
	}

	/** An executor of virtual threads, or null for the bus's own threads. */
	static @Nullable Executor find(ListableBeanFactory beans, Environment environment) {
		boolean virtual = environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false)
				&& JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE);
		if (!virtual) {
			return null;
		}
		SimpleAsyncTaskExecutorBuilder builder = beans.getBeanProvider(SimpleAsyncTaskExecutorBuilder.class)
			.getIfUnique(SimpleAsyncTaskExecutorBuilder::new);
		// Each call of a handler is decorated, on whatever thread.
		TaskDecorator none = (runnable) -> runnable;
		return builder.virtualThreads(true).threadNamePrefix("events-handler-").taskDecorator(none).build();
	}

}
