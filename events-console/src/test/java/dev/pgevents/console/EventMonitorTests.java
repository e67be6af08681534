package dev.pgevents.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.memory.InMemoryEventBus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventMonitorTests {

	private static final Instant NOW = Instant.parse("2026-01-19T10:00:00Z");

	private final List<Received> fed = new ArrayList<>();

	private final GapLog gaps = new GapLog();

	@Test
	void latencyCountsFromTheCommitWhereThatIsKnown() {
		monitor((event) -> NOW.minusMillis(3)).onEvent(published(5));
		monitor((event) -> null).onEvent(published(5));
		assertThat(this.fed).extracting(Received::latency).containsExactly(Duration.ofMillis(3), Duration.ofSeconds(5));
	}

	@Test
	void clockThatIsAheadMakesNoNegativeLatencyAndIsTold() {
		EventMonitor monitor = monitor((event) -> null);
		monitor.onEvent(published(-5));
		assertThat(this.fed).extracting(Received::latency).containsExactly(Duration.ZERO);
		assertThat(monitor.ahead()).isEqualTo(1);
	}

	@Test
	void eventOfAnyTimeIsTaken() {
		EventMonitor monitor = monitor((event) -> null);
		monitor.onEvent(Event.builder(EventTypes.EPOCH_CLOSED).timestamp(Instant.MIN).build());
		monitor.onEvent(Event.builder(EventTypes.EPOCH_CLOSED).timestamp(Instant.MAX).build());
		assertThat(this.fed).extracting(Received::latency).containsExactly(Duration.ofDays(1), Duration.ZERO);
	}

	@Test
	void ownOverflowIsNoGapOfTheApplication() {
		EventMonitor monitor = monitor((event) -> null);
		monitor.onGap(new Gap(Gap.Reason.OVERFLOW, NOW, NOW, 7));
		assertThat(this.gaps.view()).isEmpty();
		assertThat(monitor.missed()).isEqualTo(7);
		monitor.onGap(new Gap(Gap.Reason.RECONNECTED, NOW, NOW, 0));
		assertThat(this.gaps.view()).hasSize(1);
	}

	private EventMonitor monitor(CommitTimes commitTimes) {
		return new EventMonitor(InMemoryEventBus.create(), this.fed::add, this.gaps, commitTimes,
				Clock.fixed(NOW, ZoneOffset.UTC));
	}

	private static Event published(int secondsAgo) {
		return Event.builder(EventTypes.EPOCH_CLOSED).timestamp(NOW.minusSeconds(secondsAgo)).build();
	}

}
