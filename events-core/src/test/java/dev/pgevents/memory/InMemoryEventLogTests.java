package dev.pgevents.memory;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventLog;
import dev.pgevents.EventLogContract;
import dev.pgevents.Gap;
import dev.pgevents.Recorder;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.Test;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class InMemoryEventLogTests extends EventLogContract {

	@Override
	protected EventBus createBus() {
		return bus(100_000);
	}

	private static InMemoryEventBus bus(int capacity) {
		return InMemoryEventBus.builder().log(capacity).retry(ATTEMPTS, RETRY).build();
	}

	@Test
	void aGroupThatWasAwayForTooLongIsToldSo() throws Exception {
		try (InMemoryEventBus bus = bus(10)) {
			Recorder recorder = new Recorder();
			Subscription away = join(bus, recorder);
			away.close();
			await().atMost(LIMIT)
				.until(() -> log(bus).groups()
					.get(0)
					.partitions()
					.stream()
					.allMatch((partition) -> partition.owner() == null));
			for (int i = 0; i < 25; i++) {
				bus.publish(number("app", i));
			}
			join(bus, recorder);
			assertThat(recorder.queue.poll(LIMIT.toSeconds(), SECONDS)).isInstanceOfSatisfying(Gap.class,
					(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.EXPIRED));
			assertThat(recorder.numbers(10)).isEqualTo(range(15, 25));
			assertThat(log(bus).lag(this.group)).isBetween(0L, 25L);
		}
	}

	@Test
	void withoutALogThereAreNoGroups() {
		try (InMemoryEventBus bus = InMemoryEventBus.create()) {
			assertThatIllegalStateException()
				.isThrownBy(() -> bus.subscribe(filter(), SubscriptionOptions.builder().group("g").build(), (event) -> {
				}))
				.withMessageContaining("group g needs the event log");
			assertThat(bus.capability(EventLog.class)).isEmpty();
			bus.publish(Event.of(this.type, null, 1));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> InMemoryEventBus.builder().log(0))
			.withMessageContaining("log capacity is 0");
		assertThatIllegalArgumentException().isThrownBy(() -> InMemoryEventBus.builder().retry(0, RETRY))
			.withMessageContaining("maxAttempts is 0");
	}

}
