package dev.pgevents.sample;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventLogTests {

	@Test
	void lineHasTypeAppPayloadAndLatencyInColumns() {
		Map<String, Object> payload = new LinkedHashMap<>();
		payload.put("app", "1");
		payload.put("epoch", 4);
		payload.put("input", 12);
		assertThat(line(EventTypes.INPUT_RECEIVED, "1", payload))
			.isEqualTo("input.received           1    epoch 4, input 12         1.25 ms");
	}

	@Test
	void eventsOfOthersHaveALineToo() {
		assertThat(line(EventTypes.EPOCH_CLOSED, null, null))
			.isEqualTo("epoch.closed             -                              1.25 ms");
		assertThat(line(EventType.of("a.b"), "x", List.of(1, 2)))
			.isEqualTo("a.b                      x    [1, 2]                    1.25 ms");
	}

	@Test
	void eventCannotForgeALine() {
		assertThat(line(EventTypes.EPOCH_CLOSED, "1\nforged", "\u001b[2J")).doesNotContain("\n", "\u001b")
			.contains("1?forged", "?[2J");
		assertThat(line(EventTypes.EPOCH_CLOSED, "1\u0085\u2028\u202eforged", null)).contains("1???forged");
	}

	@Test
	void eventOfAnyTimeHasALine() {
		for (Instant timestamp : List.of(Instant.MIN, Instant.EPOCH, Instant.MAX)) {
			Event event = Event.builder(EventTypes.EPOCH_CLOSED).timestamp(timestamp).build();
			assertThat(EventLog.line(event, Instant.now())).startsWith("epoch.closed").endsWith(" ms");
		}
	}

	private static String line(EventType type, @Nullable String app, @Nullable Object payload) {
		Event event = Event.of(type, app, payload);
		Instant now = event.timestamp().plusNanos(1_250_000);
		return EventLog.line(event, now);
	}

}
