package dev.pgevents;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.pgevents.memory.InMemoryEventBus;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is published and taken in whatever order: each event is given, or covered by a
 * gap in its place, and the counts add up.
 */
class OverflowProperties {

	private static final EventType TYPE = EventType.of("a.b");

	@Property
	void eachEventIsTakenOrCountedByAGapInItsPlace(@ForAll @IntRange(min = 1, max = 4) int bufferSize,
			@ForAll boolean oldest, @ForAll @Size(max = 30) List<@IntRange(min = -5, max = 5) Integer> steps) {
		OverflowPolicy policy = oldest ? OverflowPolicy.DROP_OLDEST : OverflowPolicy.DROP_NEWEST;
		try (InMemoryEventBus bus = InMemoryEventBus.create(); EventStream stream = open(bus, bufferSize, policy)) {
			List<Delivery> taken = new ArrayList<>();
			int published = 0;
			for (int step : steps) {
				for (int i = 0; i < step; i++) {
					bus.publish(Event.of(TYPE, String.valueOf(published++), null));
				}
				take(stream, -step, taken);
			}
			assertThat(stream.stats().queued()).isLessThanOrEqualTo(bufferSize);
			int before = taken.size();
			take(stream, Integer.MAX_VALUE, taken);
			assertComplete(taken, published);
			assertMerged(taken.subList(before, taken.size()));
			assertAddsUp(stream.stats(), taken, published);
		}
	}

	@Property
	void latestPerAppGivesTheNewestOfEachAppAndNoGap(
			@ForAll @Size(max = 30) List<@IntRange(min = 0, max = 5) Integer> steps) {
		try (InMemoryEventBus bus = InMemoryEventBus.create();
				EventStream stream = open(bus, 4, OverflowPolicy.LATEST_PER_APP)) {
			Map<String, Event> newest = new HashMap<>();
			List<Delivery> taken = new ArrayList<>();
			for (int step : steps) {
				if (step > 3) {
					take(stream, 1, taken);
				}
				else {
					Event event = Event.of(TYPE, String.valueOf(step), null);
					newest.put(event.appId(), event);
					bus.publish(event);
				}
			}
			take(stream, Integer.MAX_VALUE, taken);
			assertThat(taken).doesNotHaveAnyElementsOfTypes(Gap.class);
			Map<String, Delivery> last = new HashMap<>();
			taken.forEach((delivery) -> last.put(((Event) delivery).appId(), delivery));
			assertThat(last).isEqualTo(newest);
			SubscriptionStats stats = stream.stats();
			assertThat(stats.received()).isEqualTo(taken.size() + stats.coalesced());
		}
	}

	private static EventStream open(EventBus bus, int bufferSize, OverflowPolicy policy) {
		return bus.open(SubscriptionFilter.all(),
				SubscriptionOptions.builder().bufferSize(bufferSize).overflow(policy).build());
	}

	private static void take(EventStream stream, int count, List<Delivery> taken) {
		try {
			for (int i = 0; i < count; i++) {
				Delivery delivery = stream.poll(Duration.ZERO);
				if (delivery == null) {
					return;
				}
				taken.add(delivery);
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The events are numbered: a gap stands for as many as are missing where it stands.
	 */
	private static void assertComplete(List<Delivery> taken, int published) {
		long next = 0;
		for (Delivery delivery : taken) {
			if (delivery instanceof Gap gap) {
				assertThat(gap.reason()).isEqualTo(Gap.Reason.OVERFLOW);
				assertThat(gap.dropped()).isPositive();
				next += gap.dropped();
			}
			else {
				assertThat(((Event) delivery).appId()).isEqualTo(String.valueOf(next));
				next++;
			}
		}
		assertThat(next).isEqualTo(published);
	}

	/** Drops in a row that waited together are one gap. */
	private static void assertMerged(List<Delivery> waited) {
		for (int i = 1; i < waited.size(); i++) {
			assertThat(waited.get(i - 1) instanceof Gap && waited.get(i) instanceof Gap).as("two gaps in a row")
				.isFalse();
		}
	}

	private static void assertAddsUp(SubscriptionStats stats, List<Delivery> taken, int published) {
		long dropped = taken.stream().mapToLong((delivery) -> (delivery instanceof Gap gap) ? gap.dropped() : 0).sum();
		long gaps = taken.stream().filter(Gap.class::isInstance).count();
		assertThat(stats.received()).isEqualTo(published);
		assertThat(stats.dropped()).isEqualTo(dropped);
		assertThat(stats.gaps()).isEqualTo(gaps);
		assertThat(stats.handled()).isEqualTo(taken.size() - gaps);
		assertThat(stats.queued()).isZero();
	}

}
