package dev.pgevents.console;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SyncTrigger;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.spring.SyncRun;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class GapLogTests {

	private static final Instant TIME = Instant.parse("2026-01-19T10:00:00Z");

	private final GapLog log = new GapLog();

	@Test
	void gapIsHealedByTheFirstRunOfEachMethodThatCameAfterIt() {
		this.log.ran(run("early", SyncTrigger.Cause.GAP, -1, null));
		this.log.add(new Gap(Gap.Reason.RECONNECTED, TIME.minusMillis(20), TIME, 0));
		this.log.ran(run("one", SyncTrigger.Cause.EVENT, 1, null));
		this.log.ran(run("one", SyncTrigger.Cause.GAP, 2, null));
		this.log.ran(run("one", SyncTrigger.Cause.GAP, 50, null));
		this.log.ran(run("other", SyncTrigger.Cause.GAP, 3, new IllegalStateException()));
		this.log.ran(run("other", SyncTrigger.Cause.RETRY, 100, null));
		assertThat(this.log.view()).singleElement().satisfies((gap) -> {
			assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED);
			assertThat(gap.healed()).containsExactly(new GapLog.Healing("one", 7, 5),
					new GapLog.Healing("other", 105, 5));
		});
	}

	@Test
	void keepsTheLastHundred() {
		for (int i = 0; i < 1000; i++) {
			this.log.add(new Gap(Gap.Reason.UNREADABLE, TIME.plusSeconds(i), TIME.plusSeconds(i), 0));
		}
		assertThat(this.log.view()).hasSize(100).last().extracting(GapLog.View::since).isEqualTo(TIME.plusSeconds(999));
	}

	@Test
	void overflowThatGoesOnIsOneGapOfItsSubscription() throws Exception {
		try (InMemoryEventBus bus = InMemoryEventBus.create()) {
			CountDownLatch gate = new CountDownLatch(1);
			Subscription slow = bus.subscribe(SubscriptionFilter.all(),
					SubscriptionOptions.builder().name("slow").bufferSize(1).build(), (event) -> gate.await());
			look(slow, 0);
			assertThat(this.log.view()).isEmpty();
			publish(bus, 1);
			await().atMost(Duration.ofSeconds(30)).until(() -> !slow.running().isEmpty());
			publish(bus, 3);
			look(slow, 1);
			publish(bus, 3);
			look(slow, 2);
			assertThat(this.log.view()).singleElement().satisfies((gap) -> {
				assertThat(gap.subscription()).isEqualTo("slow");
				assertThat(gap.reason()).isEqualTo(Gap.Reason.OVERFLOW);
				assertThat(gap.dropped()).isEqualTo(5);
				assertThat(Duration.between(gap.since(), gap.until())).isEqualTo(Duration.ofSeconds(2));
				assertThat(gap.healed()).isEmpty();
			});
			publish(bus, 1);
			look(slow, 60);
			assertThat(this.log.view()).hasSize(2);
			gate.countDown();
		}
	}

	private void look(Subscription subscription, int second) {
		this.log.look(List.of(subscription), TIME.plusSeconds(second), Duration.ofSeconds(1));
	}

	private static void publish(InMemoryEventBus bus, int count) {
		for (int i = 0; i < count; i++) {
			bus.publish(Event.of(EventTypes.EPOCH_CLOSED, null, null));
		}
	}

	private static SyncRun run(String id, SyncTrigger.Cause cause, int millis, @Nullable Throwable failure) {
		return new SyncRun(id, new SyncTrigger(cause, 0, Set.of()), TIME.plusMillis(millis), Duration.ofMillis(5),
				failure);
	}

}
