package dev.pgevents.console;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.RunningHandler;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionStats;

/**
 * A subscription as the page shows it.
 *
 * @param name its name
 * @param types the types it asks for, all if empty
 * @param apps the apps it asks for, all if empty
 * @param ready whether it has been live
 * @param method whether it is a handler method, which can be stopped by its name
 * @param stats what has happened so far
 * @param running the calls of its handler that have been under way for a while
 */
record SubscriptionView(String name, Set<String> types, Set<String> apps, boolean ready, boolean method,
		SubscriptionStats stats, List<Running> running) {

	/** Milliseconds; what is faster is not worth a word. */
	private static final long WHILE = 500;

	private static final int FRAMES = 12;

	static SubscriptionView of(Subscription subscription, boolean method) {
		boolean ready = subscription.ready().isDone() && !subscription.ready().isCompletedExceptionally();
		List<Running> running = subscription.running()
			.stream()
			.filter((call) -> call.runningFor().toMillis() >= WHILE)
			.map(Running::of)
			.toList();
		return new SubscriptionView(subscription.name(), new TreeSet<>(subscription.filter().types()),
				new TreeSet<>(subscription.filter().appIds()), ready, method, subscription.stats(), running);
	}

	/**
	 * A call of a handler.
	 *
	 * @param what what it was given
	 * @param thread the name of its thread
	 * @param ms for how many milliseconds it has been running
	 * @param stack where it is, the innermost frame first
	 */
	record Running(String what, String thread, double ms, List<String> stack) {

		static Running of(RunningHandler call) {
			return new Running(what(call.delivery()), call.thread().getName(), call.runningFor().toMillis(),
					Arrays.stream(call.thread().getStackTrace())
						.limit(FRAMES)
						.map(StackTraceElement::toString)
						.toList());
		}

		private static String what(Delivery delivery) {
			if (delivery instanceof Event event) {
				return (event.appId() != null) ? event.type() + " of app " + event.appId() : event.type().value();
			}
			return (delivery instanceof Gap gap) ? "a gap, " + gap.reason() : delivery.toString();
		}

	}

}
