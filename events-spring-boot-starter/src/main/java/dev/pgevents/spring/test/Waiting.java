package dev.pgevents.spring.test;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.pgevents.Event;
import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Waits for what an action leads to.
 *
 * @param recorder sees what is published and handled
 * @param begin how much had been recorded before the action
 */
record Waiting(DomainEventRecorder recorder, int begin) {

	/** How often a state is looked at where no event says that it may have changed. */
	private static final Duration LOOK = Duration.ofMillis(20);

	/** How many characters of a payload a failure shows. */
	private static final int SHOWN = 200;

	DomainEvents events() {
		return this.recorder;
	}

	<T> List<T> payloads(Class<T> payload, Event event) {
		return this.recorder.payloads().of(payload, List.of(event));
	}

	void forEvent(String what, String name, Duration limit, Predicate<Recorded> kind, Predicate<Event> wanted) {
		long deadline = System.nanoTime() + limit.toNanos();
		while (true) {
			int size = this.recorder.size();
			if (this.recorder.since(this.begin)
				.stream()
				.anyMatch((each) -> kind.test(each) && wanted.test(each.event()))) {
				return;
			}
			long left = deadline - System.nanoTime();
			if (left <= 0) {
				throw new AssertionError("no " + name + " that is wanted was " + what + " within " + limit + seen());
			}
			await(size, Duration.ofNanos(left));
		}
	}

	<T> void forState(Supplier<? extends @Nullable T> state, Predicate<? super @Nullable T> wanted, Duration limit) {
		long deadline = System.nanoTime() + limit.toNanos();
		while (true) {
			int size = this.recorder.size();
			Object last;
			Throwable failure = null;
			try {
				T present = state.get();
				if (wanted.test(present)) {
					return;
				}
				last = present;
			}
			catch (RuntimeException | AssertionError ex) {
				last = ex;
				failure = ex;
			}
			long left = deadline - System.nanoTime();
			if (left <= 0) {
				throw new AssertionError("the state is not the wanted one within " + limit + ", but " + last + seen(),
						failure);
			}
			await(size, Duration.ofNanos(Math.min(left, LOOK.toNanos())));
		}
	}

	private void await(int size, Duration limit) {
		try {
			this.recorder.awaitMoreThan(size, limit);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while waiting for events", ex);
		}
	}

	private String seen() {
		String lines = this.recorder.since(this.begin).stream().map(this::line).collect(Collectors.joining("\n  "));
		return ". What was seen since the scenario began:\n  " + (lines.isEmpty() ? "nothing" : lines)
				+ (TransactionSynchronizationManager.isActualTransactionActive()
						? "\nA transaction of the test is open: what is published in it does not arrive before it "
								+ "commits, and it is to roll back. Leave @Transactional out"
						: "");
	}

	private String line(Recorded each) {
		String payload = each.event().payload().isEmpty() ? ""
				: " " + LogText.of(this.recorder.payloads().json(each.event()), SHOWN);
		return each.event() + payload + ((each.handler() == null) ? " published" : (each.failure() == null)
				? " handled by " + each.handler() : " failed in " + each.handler() + ": " + each.failure());
	}

}
