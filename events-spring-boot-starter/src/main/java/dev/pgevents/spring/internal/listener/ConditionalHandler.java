package dev.pgevents.spring.internal.listener;

import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import org.jspecify.annotations.Nullable;

/**
 * Calls a handler for the events that a condition lets through. What it does not let
 * through is seen by nothing that surrounds the handler. A condition that fails does so
 * within those, where failures are observed and reported.
 *
 * @param handler what handles, with all that surrounds it
 * @param verdicts evaluates the condition
 * @param filtered called with each event that is not let through
 */
record ConditionalHandler(EventHandler handler, Verdicts verdicts, Consumer<Event> filtered) implements EventHandler {

	@Override
	public void onEvent(Event event) throws Exception {
		if (!this.verdicts.judge(event)) {
			this.filtered.accept(event);
			return;
		}
		try {
			this.handler.onEvent(event);
		}
		finally {
			this.verdicts.forget();
		}
	}

	@Override
	public void onGap(Gap gap) throws Exception {
		this.handler.onGap(gap);
	}

	/**
	 * The arguments of a method for the events that its condition lets through. They are
	 * resolved once, for the condition and for the call. Thread-safe.
	 */
	static final class Verdicts implements ArgumentResolver {

		private final HandlerArguments arguments;

		private final EventCondition condition;

		/** Each handler's own, as its condition is. */
		@SuppressWarnings("ThreadLocalUsage")
		private final ThreadLocal<@Nullable Verdict> current = new ThreadLocal<>();

		Verdicts(HandlerArguments arguments, EventCondition condition) {
			this.arguments = arguments;
			this.condition = condition;
		}

		/** Whether there is something to call, or a failure to report. */
		private boolean judge(Event event) {
			try {
				@Nullable Object[] values = this.arguments.resolve(event);
				if (!this.condition.isTrue(event, values)) {
					return false;
				}
				this.current.set(new Verdict(values, null));
			}
			catch (RuntimeException | Error ex) {
				this.current.set(new Verdict(null, ex));
			}
			return true;
		}

		private void forget() {
			this.current.remove();
		}

		/** Those of the condition, the first time: an interceptor may call again. */
		@Override
		public @Nullable Object[] resolve(Event event) {
			Verdict verdict = this.current.get();
			if (verdict != null && verdict.failure instanceof RuntimeException failure) {
				throw failure;
			}
			if (verdict != null && verdict.failure instanceof Error failure) {
				throw failure;
			}
			if (verdict == null || verdict.values == null) {
				return this.arguments.resolve(event);
			}
			this.current.remove();
			return verdict.values;
		}

		@SuppressWarnings("ArrayRecordComponent") // never compared
		private record Verdict(@Nullable Object @Nullable [] values, @Nullable Throwable failure) {

		}

	}

}
