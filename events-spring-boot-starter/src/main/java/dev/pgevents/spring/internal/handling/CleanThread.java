package dev.pgevents.spring.internal.handling;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import org.springframework.core.task.TaskDecorator;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Calls the application's code on a thread of the bus, which others use as well: within
 * the application's task decorators, and without leaving to the next what the code has
 * put into the MDC and into Spring's own thread-bound contexts.
 */
final class CleanThread {

	/** What holds contexts by thread, and how it forgets them. */
	private static final Map<String, String> HOLDERS = Map.of("org.springframework.context.i18n.LocaleContextHolder",
			"resetLocaleContext", "org.springframework.web.context.request.RequestContextHolder",
			"resetRequestAttributes", "org.springframework.security.core.context.SecurityContextHolder",
			"clearContext");

	private static final List<Method> resets = resets();

	private final Supplier<List<TaskDecorator>> decorators;

	CleanThread(Supplier<List<TaskDecorator>> decorators) {
		this.decorators = decorators;
	}

	/** Calls the code; what it throws is thrown. */
	void call(Code code) throws Exception {
		Map<String, String> before = MDC.getCopyOfContextMap();
		try {
			callDecorated(code);
		}
		finally {
			if (before != null) {
				MDC.setContextMap(before);
			}
			else {
				MDC.clear();
			}
			for (Method reset : resets) {
				ReflectionUtils.invokeMethod(reset, null);
			}
		}
	}

	private void callDecorated(Code code) throws Exception {
		List<TaskDecorator> all = this.decorators.get();
		if (all.isEmpty()) {
			code.call();
			return;
		}
		Outcome outcome = new Outcome(code);
		Runnable decorated = outcome;
		for (int i = all.size() - 1; i >= 0; i--) {
			decorated = all.get(i).decorate(decorated);
		}
		decorated.run();
		outcome.rethrow();
	}

	private static List<Method> resets() {
		ClassLoader classLoader = CleanThread.class.getClassLoader();
		List<Method> resets = new ArrayList<>();
		for (Map.Entry<String, String> holder : HOLDERS.entrySet()) {
			Method reset = ClassUtils.isPresent(holder.getKey(), classLoader) ? ReflectionUtils
				.findMethod(ClassUtils.resolveClassName(holder.getKey(), classLoader), holder.getValue()) : null;
			if (reset != null) {
				resets.add(reset);
			}
		}
		return resets;
	}

	/** The application's code. */
	@FunctionalInterface
	interface Code {

		void call() throws Exception;

	}

	/** Carries an exception past decorators, which know none that is checked. */
	private static final class Outcome implements Runnable {

		private final Code code;

		private @Nullable Exception failure;

		Outcome(Code code) {
			this.code = code;
		}

		@Override
		public void run() {
			try {
				this.code.call();
			}
			catch (Exception ex) {
				this.failure = ex;
			}
		}

		void rethrow() throws Exception {
			if (this.failure != null) {
				throw this.failure;
			}
		}

	}

}
