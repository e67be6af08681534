package dev.pgevents.spring.internal.transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.EncodedEvent;
import org.jspecify.annotations.Nullable;

/**
 * What was published in one call, and waits for a transaction. Savepoints stand before or
 * behind it, never within.
 *
 * @param events the events
 * @param published true once they are, false if they never will be
 */
record HeldEvents(List<EncodedEvent> events, CompletableFuture<Boolean> published) {

	HeldEvents(List<EncodedEvent> events) {
		this(events, new CompletableFuture<>());
	}

	/** The events of several calls. */
	static List<EncodedEvent> all(Collection<HeldEvents> held) {
		return held.stream().flatMap((each) -> each.events().stream()).toList();
	}

	/** The same calls with other events, as many. */
	static List<HeldEvents> with(Collection<HeldEvents> held, List<EncodedEvent> events) {
		List<HeldEvents> same = new ArrayList<>();
		int from = 0;
		for (HeldEvents each : held) {
			int to = from + each.events.size();
			same.add(new HeldEvents(List.copyOf(events.subList(from, to)), each.published));
			from = to;
		}
		return same;
	}

	static int count(Collection<HeldEvents> held) {
		return held.stream().mapToInt((each) -> each.events().size()).sum();
	}

	void end(boolean published) {
		this.published.complete(published);
	}

	void end(@Nullable Throwable failure) {
		if (failure != null) {
			this.published.completeExceptionally(failure);
		}
		else {
			this.published.complete(true);
		}
	}

}
