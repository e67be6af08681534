package dev.pgevents.postgres;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Whatever the strategy, a filter listens to the channel of each event that it matches.
 */
class ChannelStrategyProperties {

	private static final List<String> TYPES = List.of("epoch.closed", "epoch.opened", "epoch", "epoch.a.b", "app.x",
			"epochs.y");

	@Property
	void filterListensWhereItsEventsGo(@ForAll("strategies") ChannelStrategy strategy,
			@ForAll("filters") SubscriptionFilter filter, @ForAll("events") Event event) {
		Set<String> channels = strategy.channelsOf(filter);
		assertThat(channels).isNotEmpty();
		if (filter.matches(event)) {
			assertThat(channels).contains(strategy.channelOf(event));
		}
	}

	@Example
	void knownTypesHaveChannelsOfTheirOwnAndExactFiltersListenToNothingElse() {
		ChannelStrategy strategy = ChannelStrategy.perType("c",
				List.of(EventType.of("epoch.closed"), EventType.of("app.x")));
		assertThat(strategy.channelOf(Event.of(EventType.of("epoch.closed"), null, null))).isEqualTo("c.epoch.closed");
		assertThat(strategy.channelOf(Event.of(EventType.of("epoch.opened"), null, null))).isEqualTo("c.other");
		assertThat(strategy.channelsOf(SubscriptionFilter.types("epoch.closed"))).containsExactly("c.epoch.closed");
		assertThat(strategy.channelsOf(SubscriptionFilter.types("epoch.*"))).containsExactlyInAnyOrder("c.epoch.closed",
				"c.other");
		assertThat(strategy.channelsOf(SubscriptionFilter.types("other.x"))).containsExactly("c.other");
		assertThat(strategy.channelsOf(SubscriptionFilter.apps("1"))).containsExactlyInAnyOrder("c.epoch.closed",
				"c.app.x", "c.other");
	}

	@Example
	void groupsHaveOneChannelAndTheMostSpecificOfWhatIsListedCounts() {
		ChannelStrategy strategy = ChannelStrategy.perTypeOrGroup("c",
				List.of("order.*", "order.placed", "order.eu.*"));
		assertThat(List.of("order.placed", "order.paid", "order.eu.paid", "order", "orders.x")
			.stream()
			.map((type) -> strategy.channelOf(Event.of(EventType.of(type), null, null))))
			.containsExactly("c.order.placed", "c.order.*", "c.order.eu.*", "c.other", "c.other");
		assertThat(strategy.channelsOf(SubscriptionFilter.types("order.paid"))).containsExactly("c.order.*");
		assertThat(strategy.channelsOf(SubscriptionFilter.types("order.eu.*"))).containsExactly("c.order.eu.*");
		assertThat(strategy.channelsOf(SubscriptionFilter.types("order.*"))).containsExactlyInAnyOrder("c.order.*",
				"c.order.placed", "c.order.eu.*");
		assertThat(strategy.channelsOf(SubscriptionFilter.types("order.us.*"))).containsExactly("c.order.*");
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.perTypeOrGroup("c", List.of("Order.*")))
			.withMessageContaining("Order");
	}

	@Example
	void appsAreHashedAsDocumentedAndEventsWithoutAppHaveAChannelOfTheirOwn() {
		ChannelStrategy strategy = ChannelStrategy.perApp("c", 4);
		// CRC-32 of "123456789" is 0xCBF43926, the check value of that checksum.
		assertThat(strategy.channelOf(Event.of(EventType.of("a"), "123456789", null)))
			.isEqualTo("c." + 0xCBF43926L % 4);
		assertThat(strategy.channelOf(Event.of(EventType.of("a"), null, null))).isEqualTo("c.none");
		assertThat(strategy.channelsOf(SubscriptionFilter.all())).containsExactlyInAnyOrder("c.0", "c.1", "c.2", "c.3",
				"c.none");
		assertThat(strategy.channelsOf(SubscriptionFilter.apps("123456789"))).hasSize(1).doesNotContain("c.none");
	}

	@Example
	void namesThatTheServerWouldTruncateAreRefusedAndSayHowLongTheyAre() {
		assertThat(ChannelStrategy.single("ü".repeat(31) + "x").channelsOf(SubscriptionFilter.all())).hasSize(1);
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.single("ü".repeat(32)))
			.withMessageContaining("64 bytes")
			.withMessageContaining("63");
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.single(""));
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.single("a\0b"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ChannelStrategy.perType("p".repeat(55), List.of(EventType.of("epoch.closed"))));
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.perType("p".repeat(58), List.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.perApp("p".repeat(60), 1000));
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.perApp("p", 0));
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.perApp("p", 1025));
	}

	@Provide
	Arbitrary<ChannelStrategy> strategies() {
		Arbitrary<ChannelStrategy> perType = Arbitraries.of(TYPES)
			.set()
			.map((known) -> ChannelStrategy.perType("c", known.stream().map(EventType::of).toList()));
		Arbitrary<ChannelStrategy> perApp = Arbitraries.integers()
			.between(1, 5)
			.map((partitions) -> ChannelStrategy.perApp("c", partitions));
		Arbitrary<ChannelStrategy> perGroup = Arbitraries
			.of("epoch.closed", "epoch.*", "epoch.a.*", "epoch.a.b", "app.*", "app.x", "epochs.*")
			.set()
			.map((listed) -> ChannelStrategy.perTypeOrGroup("c", listed));
		return Arbitraries.oneOf(perType, perGroup, perApp, Arbitraries.just(ChannelStrategy.single("c")));
	}

	@Provide
	Arbitrary<SubscriptionFilter> filters() {
		Arbitrary<String> patterns = Arbitraries.of(TYPES)
			.flatMap((type) -> Arbitraries.of(type, type + ".*", type.replaceFirst("\\..*", ".*")))
			.filter((pattern) -> !pattern.endsWith(".*.*"));
		return Combinators.combine(patterns.set().ofMaxSize(3), apps().set().ofMaxSize(2))
			.as((types, apps) -> new SubscriptionFilter(new HashSet<>(types), new HashSet<>(apps)));
	}

	@Provide
	Arbitrary<Event> events() {
		return Combinators.combine(Arbitraries.of(TYPES), apps().injectNull(0.3))
			.as((type, app) -> Event.of(EventType.of(type), app, null));
	}

	private static Arbitrary<String> apps() {
		return Arbitraries.of("", "1", "2", "3", "漢");
	}

}
