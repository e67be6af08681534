package dev.pgevents.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.EventLog;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.memory.InMemoryEventBus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class GroupsTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private final InMemoryEventBus bus = InMemoryEventBus.builder()
		.log(100)
		.retry(1, new Backoff(Duration.ofMillis(1), 2, Duration.ofMillis(1)))
		.build();

	@AfterEach
	void close() {
		this.bus.close();
	}

	@Test
	void groupIsShownWithItsOwnerAndWhatItHasGivenUp() throws Exception {
		EventsConsole console = console(false);
		handleWithFailures();
		await().atMost(LIMIT).until(() -> group(console).at("/parked").asText().equals("1"));
		JsonNode group = group(console);
		assertThat(group.at("/name").asText()).isEqualTo("billing");
		assertThat(group.at("/types").toString()).isEqualTo("[\"epoch.closed\"]");
		assertThat(group.at("/owners")).hasSize(1);
		assertThat(group.at("/lag").isTextual()).isTrue();
		assertThat(group.at("/events/0/type").asText()).isEqualTo("epoch.closed");
		assertThat(group.at("/events/0/app").asText()).isEqualTo("7");
		assertThat(group.at("/events/0").has("error")).as("may tell what the event carries").isFalse();
		console.close();
	}

	@Test
	void whatHandlersThrewIsShownWherePayloadsAre() throws Exception {
		EventsConsole console = console(true);
		handleWithFailures();
		await().atMost(LIMIT).until(() -> group(console).at("/events/0/error").asText().contains("no money"));
		console.close();
	}

	@Test
	void parkedEventsAreTriedAgain() throws Exception {
		handleWithFailures();
		EventLog log = this.bus.capability(EventLog.class).orElseThrow();
		await().atMost(LIMIT).until(() -> log.parked("billing").size() == 1);
		Operations operations = new Operations(true, null, log, List.of());
		assertThat(operations.operate("console", "redrive", Map.of("group", "billing"))).contains("1 parked");
		assertThat(new Operations(true, null, null, List.of()).operate("console", "redrive", Map.of())).isNull();
	}

	@Test
	void parkedEventIsTriedAgainOrGivenUpAlone() throws Exception {
		handleWithFailures();
		EventLog log = this.bus.capability(EventLog.class).orElseThrow();
		await().atMost(LIMIT).until(() -> log.parked("billing").size() == 1);
		Operations operations = new Operations(true, null, log, List.of());
		Map<String, String> event = Map.of("group", "billing", "id",
				log.parked("billing").get(0).event().id().toString());
		assertThat(operations.operate("console", "redrive", event)).contains("is tried again by group billing");
		await().atMost(LIMIT).until(() -> log.parked("billing").size() == 1);
		assertThat(operations.operate("console", "skip", event)).contains("is given up by group billing");
		assertThat(log.parked("billing")).isEmpty();
		assertThatIllegalStateException().isThrownBy(() -> operations.operate("console", "skip", event))
			.withMessageContaining("not parked in group billing any more");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> operations.operate("console", "skip", Map.of("group", "billing")));
		assertThat(new Operations(true, null, null, List.of()).operate("console", "skip", event)).isNull();
	}

	private void handleWithFailures() {
		this.bus.subscribe(SubscriptionFilter.types("epoch.closed"),
				SubscriptionOptions.builder().group("billing").build(), (event) -> {
					throw new IllegalStateException("no money");
				})
			.ready()
			.join();
		this.bus.publish(Event.of(EventTypes.EPOCH_CLOSED, "7", null));
	}

	private EventsConsole console(boolean payloads) {
		return new EventsConsole(this.bus, null, List.of(), (event) -> null,
				new EventsConsoleProperties(true, "/events-console", false, payloads), null, new TickingClock());
	}

	private static JsonNode group(EventsConsole console) throws Exception {
		return new ObjectMapper().readTree(console.state(0)).at("/groups/groups/0");
	}

	/** Ages every answer at once. */
	private static final class TickingClock extends Clock {

		private Instant now = Instant.now();

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

		@Override
		public synchronized Instant instant() {
			this.now = this.now.plusSeconds(3);
			return this.now;
		}

	}

}
