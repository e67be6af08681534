package dev.pgevents;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.pgevents.memory.InMemoryEventBus;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Filters against a naive reading of their contract, alone and as a bus routes by them.
 */
class SubscriptionFilterProperties {

	@Property
	void matchesWhatItsContractSays(@ForAll("filters") SubscriptionFilter filter, @ForAll("events") Event event) {
		assertThat(filter.matches(event)).isEqualTo(contract(filter, event));
	}

	@Property(tries = 300)
	void busGivesEachEventOnceToEachSubscriptionThatMatches(@ForAll("filterLists") List<SubscriptionFilter> filters,
			@ForAll("eventLists") List<Event> events) {
		try (InMemoryEventBus bus = InMemoryEventBus.create()) {
			Map<EventStream, SubscriptionFilter> streams = new LinkedHashMap<>();
			filters.forEach((filter) -> streams.put(bus.open(filter), filter));
			bus.publishAll(events);
			streams.forEach((stream, filter) -> assertThat(taken(stream)).as(filter.toString())
				.isEqualTo(events.stream().filter((event) -> contract(filter, event)).toList()));
		}
	}

	@Provide
	Arbitrary<SubscriptionFilter> filters() {
		Arbitrary<String> patterns = Arbitraries.oneOf(types(), types().map((type) -> type + ".*"));
		return Combinators.combine(patterns.set().ofMaxSize(3), apps().set().ofMaxSize(2)).as(SubscriptionFilter::new);
	}

	@Provide
	Arbitrary<Event> events() {
		return Combinators.combine(types(), apps().injectNull(0.3))
			.as((type, app) -> Event.of(EventType.of(type), app, null));
	}

	@Provide
	Arbitrary<List<SubscriptionFilter>> filterLists() {
		return filters().list().ofMaxSize(8);
	}

	@Provide
	Arbitrary<List<Event>> eventLists() {
		return events().list().ofMaxSize(20);
	}

	/** Few words, so that types, groups and prefixes of words meet. */
	private static Arbitrary<String> types() {
		return Arbitraries.of("a", "ab", "b", "b_1")
			.list()
			.ofMinSize(1)
			.ofMaxSize(3)
			.map((words) -> String.join(".", words));
	}

	private static Arbitrary<String> apps() {
		return Arbitraries.of("1", "2", "");
	}

	private static boolean contract(SubscriptionFilter filter, Event event) {
		Set<String> types = filter.types();
		boolean type = types.isEmpty()
				|| types.stream().anyMatch((pattern) -> event.type().value().matches(regex(pattern)));
		boolean app = filter.appIds().isEmpty()
				|| filter.appIds().stream().anyMatch((appId) -> appId.equals(event.appId()));
		return type && app;
	}

	private static String regex(String pattern) {
		String quoted = pattern.replace(".", "\\.");
		return quoted.endsWith("\\.*") ? quoted.substring(0, quoted.length() - 1) + ".+" : quoted;
	}

	private static List<Delivery> taken(EventStream stream) {
		List<Delivery> taken = new ArrayList<>();
		try {
			for (Delivery delivery = stream.poll(Duration.ZERO); delivery != null; delivery = stream
				.poll(Duration.ZERO)) {
				taken.add(delivery);
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return taken;
	}

}
