package dev.pgevents;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import dev.pgevents.PublishException.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

class ValueTests {

	private static final EventType TYPE = EventType.of("epoch.closed");

	@ParameterizedTest
	@ValueSource(strings = { "a", "epoch.closed", "a_1.b2.c", "0" })
	void acceptsTypesOfWordsJoinedByDots(String type) {
		assertThat(EventType.of(type)).hasToString(type);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".", "a.", ".a", "a..b", "Epoch", "epoch-closed", "epoch closed", "é", "epoch.*" })
	void refusesOtherTypesAndSaysWhich(String type) {
		assertThatIllegalArgumentException().isThrownBy(() -> EventType.of(type))
			.withMessageContaining("event type")
			.withMessageContaining("epoch.closed");
	}

	@Test
	void copiesOfAnEventHaveAllThatIsNotChanged() {
		Event event = new Event(UUID.randomUUID(), TYPE, "1", Payload.of("payload"), Instant.now(), Map.of("a", "1"),
				new Position(3, 4), "me");
		Event copy = event.withHeader("b", "2").withHeader("a", "3").withPayload(Payload.of("other"));
		assertThat(copy).isEqualTo(event);
		assertThat(copy.headers()).isEqualTo(Map.of("a", "3", "b", "2"));
		assertThat(copy.payload().as(String.class)).isEqualTo("other");
		assertThat(List.of(copy.type(), copy.appId(), copy.timestamp(), copy.position(), copy.publishedBy()))
			.isEqualTo(List.of(TYPE, "1", event.timestamp(), new Position(3, 4), "me"));
		assertThat(event.withPosition(null).publishedBy()).isEqualTo("me");
	}

	@Test
	void aStarIsEveryType() {
		assertThat(SubscriptionFilter.types("*")).isEqualTo(SubscriptionFilter.all());
		assertThat(SubscriptionFilter.types("epoch.closed", "*").andApps("7")).isEqualTo(SubscriptionFilter.apps("7"));
	}

	@Test
	void typesHaveAtMostAHundredCharacters() {
		assertThat(EventType.of("a".repeat(100)).value()).hasSize(100);
		assertThatIllegalArgumentException().isThrownBy(() -> EventType.of("a".repeat(101)))
			.withMessageContaining("101")
			.withMessageContaining("100");
	}

	@Test
	void refusalsOfTypesKeepTheLogInOneLine() {
		assertThatIllegalArgumentException().isThrownBy(() -> EventType.of("a\nb\u001b[31m"))
			.satisfies((ex) -> assertThat(ex.getMessage().chars()).allMatch((c) -> c >= ' '));
	}

	@Test
	void whatAnybodyMaySendKeepsTheLogInOneLine() {
		String app = "1\n\u001b[31mERROR\u0085\u2028" + "x".repeat(7000);
		String event = Event.of(TYPE, app, null).toString();
		String trigger = new SyncTrigger(SyncTrigger.Cause.EVENT, 1, Set.of(app)).toString();
		assertThat(List.of(event, trigger)).allSatisfy((text) -> assertThat(text).hasSizeLessThan(1000)
			.contains("1\\n\\u001b[31mERROR\\u0085\\u2028x")
			.doesNotContainPattern("[\\p{Cntrl}\\u0085\\u2028]"));
	}

	@Test
	void typesAreOrderedByTheirText() {
		assertThat(Stream.of("b", "a.b", "a").map(EventType::of).sorted()).map(EventType::value)
			.containsExactly("a", "a.b", "b");
	}

	@Test
	void catalogueHasTwelveTypesEachAsTextToo() throws IllegalAccessException {
		Map<String, Object> constants = new HashMap<>();
		for (var field : EventTypes.class.getFields()) {
			if (Modifier.isStatic(field.getModifiers())) {
				constants.put(field.getName(), field.get(null));
			}
		}
		assertThat(EventTypes.all()).hasSize(12);
		assertThat(constants).hasSize(24);
		constants.forEach((name, value) -> {
			if (value instanceof EventType type) {
				assertThat(EventTypes.all()).contains(type);
				assertThat(constants).containsEntry(name + "_VALUE", type.value());
			}
		});
	}

	@Test
	void eventsAreEqualWhenTheirIdsAre() {
		Event event = Event.of(TYPE, "1", "payload");
		Event sameId = Event.builder(EventType.of("other")).id(event.id()).build();
		assertThat(event).isEqualTo(sameId).hasSameHashCodeAs(sameId).isNotEqualTo(Event.of(TYPE, "1", "payload"));
	}

	@Test
	void eventsGetATimeOrderedIdAndTheTime() {
		Event first = Event.of(TYPE, null, null);
		assertThat(first.id().version()).isEqualTo(7);
		assertThat(first.id().variant()).isEqualTo(2);
		assertThat(first.timestamp()).isCloseTo(Instant.now(), within(Duration.ofMinutes(1)));
		long millis = first.id().getMostSignificantBits() >>> 16;
		assertThat(Instant.ofEpochMilli(millis)).isCloseTo(first.timestamp(), within(Duration.ofMinutes(1)));
	}

	@Test
	void idsOfEventsAreUnique() {
		assertThat(Stream.generate(() -> Event.of(TYPE, null, null).id()).limit(10_000)).doesNotHaveDuplicates();
	}

	@Test
	void eventsCopyTheirHeaders() {
		Map<String, String> headers = new HashMap<>(Map.of("a", "1"));
		Event event = new Event(UUID.randomUUID(), TYPE, null, Payload.of(null), Instant.now(), headers);
		headers.put("b", "2");
		assertThat(event.headers()).containsExactly(Map.entry("a", "1")).isUnmodifiable();
	}

	@Test
	void eventsShowNoPayload() {
		assertThat(Event.of(TYPE, "1", "secret").toString()).contains("epoch.closed", "1").doesNotContain("secret");
		assertThat(Payload.of("secret").toString()).doesNotContain("secret");
		assertThat(Payload.ofJson("\"secret\"", new Upper()).toString()).doesNotContain("secret");
	}

	@Test
	void payloadsAreConvertedByTheirCodec() {
		Payload json = Payload.ofJson("\"text\"", new Upper());
		assertThat(json.<String>as(String.class)).isEqualTo("\"TEXT\"");
		assertThat(json.isJson()).isTrue();
		assertThat(json.toJson(new Upper())).isEqualTo("\"text\"");
	}

	@Test
	void payloadsThatAreValuesAreGivenAsTheyAre() {
		List<String> value = new ArrayList<>(List.of("a"));
		assertThat(Payload.of(value).<Object>as(List.class)).isSameAs(value);
		assertThat(Payload.of(42).<Integer>as(int.class)).isEqualTo(42);
		assertThat(Payload.of(null).<String>as(String.class)).isNull();
	}

	@Test
	void payloadsThatDoNotFitSayWhatTheyAreAndWhatWasAskedFor() {
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> Payload.of(42).<String>as(String.class))
			.withMessageContaining("java.lang.Integer")
			.withMessageContaining("java.lang.String");
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", " null ", "" })
	void payloadsOfNothingAreEmpty(String json) {
		assertThat(Payload.ofJson(json, new Upper()).isEmpty()).isTrue();
		assertThat(Payload.of(null).isEmpty()).isTrue();
		assertThat(Payload.ofJson("{}", new Upper()).isEmpty()).isFalse();
	}

	@Test
	void gapsMergeWithTheirCounts() {
		Instant start = Instant.parse("2026-01-01T00:00:00Z");
		Gap first = new Gap(Gap.Reason.OVERFLOW, start.plusSeconds(1), start.plusSeconds(2), 3);
		Gap second = new Gap(Gap.Reason.OVERFLOW, start, start.plusSeconds(5), 4);
		assertThat(first.merge(second)).isEqualTo(new Gap(Gap.Reason.OVERFLOW, start, start.plusSeconds(5), 7));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> first.merge(new Gap(Gap.Reason.RECONNECTED, start, start, 0)))
			.withMessageContaining("OVERFLOW")
			.withMessageContaining("RECONNECTED");
		assertThatIllegalArgumentException().isThrownBy(() -> new Gap(Gap.Reason.OVERFLOW, start, start, -1))
			.withMessageContaining("-1");
	}

	@Test
	void filtersAddUp() {
		assertThat(SubscriptionFilter.types("a").andTypes("b.*").andApps("1").andApps("2"))
			.isEqualTo(new SubscriptionFilter(Set.of("a", "b.*"), Set.of("1", "2")));
		assertThat(SubscriptionFilter.types(EventTypes.EPOCH_CLOSED))
			.isEqualTo(SubscriptionFilter.types("epoch.closed"));
		assertThat(SubscriptionFilter.types(new String[0])).isEqualTo(SubscriptionFilter.all());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".*", "epoch*", "epoch.*.closed", "Epoch.*" })
	void filtersRefuseWhatIsNeitherATypeNorAGroup(String type) {
		assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionFilter.types(type))
			.withMessageContaining("event type");
	}

	@Test
	void optionsHaveDefaultsAndLimits() {
		SubscriptionOptions defaults = SubscriptionOptions.defaults();
		assertThat(defaults.bufferSize()).isEqualTo(8192);
		assertThat(defaults.overflow()).isEqualTo(OverflowPolicy.DROP_OLDEST);
		assertThat(defaults.concurrency()).isEqualTo(1);
		assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.builder().bufferSize(0))
			.withMessage("bufferSize is 0, it must be at least 1");
		assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.builder().concurrency(0))
			.withMessage("concurrency is 0, it must be at least 1");
	}

	@Test
	void backoffGrowsToItsLimitAndTakesAFifthOffAtMost() {
		Backoff backoff = new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(1));
		assertThat(Stream.of(1, 2, 3, 4, 5, 1000).map((failures) -> backoff.delay(failures, 0))).map(Duration::toMillis)
			.containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
		assertThat(backoff.delay(1, 1)).isEqualTo(Duration.ofMillis(80));
		assertThat(backoff.delay(3)).isBetween(Duration.ofMillis(320), Duration.ofMillis(400));
	}

	@Test
	void backoffRefusesWhatCannotWork() {
		Duration second = Duration.ofSeconds(1);
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, 2, second));
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(second, 0.9, second));
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(second, Double.NaN, second));
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(second, 2, Duration.ofMillis(999)));
	}

	@Test
	void tooLargeSaysHowLargeAndWhatToDo() {
		PayloadTooLargeException ex = new PayloadTooLargeException(TYPE, 8123, 7999);
		assertThat(ex).hasMessageContainingAll("epoch.closed", "8123", "7999", "publish an id");
		assertThat(ex.actualBytes()).isEqualTo(8123);
		assertThat(ex.allowedBytes()).isEqualTo(7999);
		assertThat(ex.outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
	}

	@Test
	void failureToPublishSaysThatNothingIsKnownUnlessSomebodyDoesKnow() {
		PublishException certain = new PublishException(Outcome.NOT_PUBLISHED, "queue full", null);
		assertThat(new PublishException("failed").outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(new PublishException("failed", new IOException()).outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(new PublishException("failed", null).outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(certain.outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
		assertThat(new PublishException("failed", certain).outcome()).isEqualTo(Outcome.NOT_PUBLISHED);
	}

	@Test
	void nullIsANullPointerException() {
		assertThatNullPointerException().isThrownBy(() -> Event.builder(null));
		assertThatNullPointerException().isThrownBy(() -> new PublishException((Outcome) null, "failed", null));
		assertThatNullPointerException().isThrownBy(() -> Event.builder(TYPE).header("a", null));
		assertThatNullPointerException().isThrownBy(() -> SubscriptionOptions.builder().overflow(null));
		assertThatNullPointerException().isThrownBy(() -> new SubscriptionFilter(null, Set.of()));
	}

	@Test
	void pendingSyncTellsTheMostTellingCauseAndTheAppsOfEvents() {
		PendingSync pending = new PendingSync();
		assertThat(pending.isAny()).isFalse();
		pending.event(Event.of(TYPE, "1", null));
		pending.event(Event.of(TYPE, "2", null));
		assertThat(pending.take()).isEqualTo(new SyncTrigger(SyncTrigger.Cause.EVENT, 2, Set.of("1", "2")));
		pending.event(Event.of(TYPE, "1", null));
		pending.gap();
		assertThat(pending.take()).isEqualTo(new SyncTrigger(SyncTrigger.Cause.GAP, 1, Set.of()));
		pending.event(Event.of(TYPE, "1", null));
		pending.event(Event.of(TYPE, null, null));
		assertThat(pending.take()).isEqualTo(new SyncTrigger(SyncTrigger.Cause.EVENT, 2, Set.of()));
		pending.interval();
		pending.startup();
		assertThat(pending.take().cause()).isEqualTo(SyncTrigger.Cause.STARTUP);
		assertThat(pending.isAny()).isFalse();
	}

	/** Converts to text in upper case. */
	private static final class Upper implements PayloadCodec {

		@Override
		public String toJson(Object value) {
			return Arrays.asList(value).toString();
		}

		@Override
		@SuppressWarnings("unchecked")
		public <T> T fromJson(String json, Type type) {
			return (T) json.toUpperCase(Locale.ROOT);
		}

	}

}
