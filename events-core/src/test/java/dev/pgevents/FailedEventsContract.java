package dev.pgevents;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.internal.group.GroupCounts;
import dev.pgevents.internal.group.GroupMonitor;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What every bus with an event log promises of events whose handling fails: they are
 * tried again, parked, and hold up nothing but their own app.
 */
public abstract class FailedEventsContract extends EventLogTest {

	@Test
	void aFailedEventIsTriedAgainAndHoldsUpOnlyItsApp() throws Exception {
		Recorder recorder = new Recorder();
		AtomicInteger failures = new AtomicInteger();
		join(this.bus.subscribe(filter(), options(this.group).errorHandler((subscription, delivery, error) -> {
		}).build(), (event) -> {
			if (event.payloadAs(Integer.class) == 0 && failures.getAndIncrement() < ATTEMPTS - 1) {
				throw new IllegalStateException("not yet");
			}
			recorder.onEvent(event);
		}));
		String sibling = "sibling";
		for (int i = 0; i < 20; i++) {
			this.bus.publish(number("app", i));
			this.bus.publish(number(sibling, 100 + i));
		}
		List<Integer> numbers = recorder.numbers(40);
		assertThat(numbers.stream().filter((number) -> number < 100)).isEqualTo(range(0, 20));
		assertThat(numbers.stream().filter((number) -> number >= 100)).isEqualTo(range(100, 120));
		assertThat(failures).hasValue(ATTEMPTS);
		await().atMost(LIMIT).until(() -> status().held() == 0);
		assertThat(status().parked()).isZero();
	}

	@Test
	void afterTheLastAttemptAnEventIsParkedUntilItIsRedriven() throws Exception {
		AtomicBoolean broken = new AtomicBoolean(true);
		Recorder recorder = new Recorder();
		AtomicInteger attempts = new AtomicInteger();
		join(this.bus.subscribe(filter(), options(this.group).errorHandler((subscription, delivery, error) -> {
		}).build(), (event) -> {
			if (event.payloadAs(Integer.class) == 0) {
				attempts.incrementAndGet();
				if (broken.get()) {
					throw new IllegalStateException("poison");
				}
			}
			recorder.onEvent(event);
		}));
		Event poison = number("app", 0);
		this.bus.publish(poison);
		this.bus.publish(number("app", 1));
		this.bus.publish(number("app", 2));
		this.bus.publish(number("another", 3));
		assertThat(recorder.numbers(1)).containsExactly(3);
		await().atMost(LIMIT).until(() -> status().parked() == 1);
		assertThat(attempts).hasValue(ATTEMPTS);
		await().atMost(LIMIT).untilAsserted(() -> {
			assertThat(counts().failed()).isEqualTo(ATTEMPTS);
			assertThat(counts().owned()).isEqualTo(status().partitions().size());
		});
		ParkedEvent parked = this.log.parked(this.group).get(0);
		assertThat(parked.event()).isEqualTo(poison);
		assertThat(parked.event().position()).isNotNull();
		assertThat(parked.event().payloadAs(Integer.class)).isZero();
		assertThat(parked.attempts()).isEqualTo(ATTEMPTS);
		assertThat(parked.error()).contains("poison");
		await().atMost(LIMIT).until(() -> status().held() == 2);
		assertThat(this.log.held(this.group)).extracting((held) -> held.event().payloadAs(Integer.class))
			.containsExactly(1, 2);
		assertThat(this.log.held(this.group)).allSatisfy((held) -> {
			assertThat(held.attempts()).isZero();
			assertThat(held.error()).isEmpty();
			assertThat(held.nextAttempt()).isNull();
		});
		assertThat(recorder.queue).isEmpty();
		broken.set(false);
		assertThat(this.log.redrive(this.group, UUID.randomUUID())).isFalse();
		assertThat(this.log.redrive(this.group)).isEqualTo(1);
		assertThat(recorder.numbers(3)).containsExactly(0, 1, 2);
		await().atMost(LIMIT).until(() -> status().held() == 0 && status().parked() == 0);
		this.bus.publish(number("app", 4));
		assertThat(recorder.numbers(1)).containsExactly(4);
		await().atMost(LIMIT).until(() -> counts().handled() == 5);
		assertThat(counts().failed()).isEqualTo(ATTEMPTS);
	}

	@Test
	void tellsWhyAndUntilWhenAnEventIsHeld() throws Exception {
		CountDownLatch proceed = new CountDownLatch(1);
		AtomicInteger attempts = new AtomicInteger();
		join(this.bus.subscribe(filter(), options(this.group).errorHandler((subscription, delivery, error) -> {
		}).build(), (event) -> {
			if (attempts.incrementAndGet() == 2) {
				proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
				return;
			}
			throw new IllegalStateException("not yet");
		}));
		Instant before = Instant.now();
		Event event = number("app", 0);
		this.bus.publish(event);
		await().atMost(LIMIT).until(() -> attempts.get() == 2);
		assertThat(this.log.held(this.group)).singleElement().satisfies((held) -> {
			assertThat(held.event()).isEqualTo(event);
			assertThat(held.event().position()).isNotNull();
			assertThat(held.attempts()).isEqualTo(1);
			assertThat(held.error()).contains("not yet");
			assertThat(held.heldSince()).isAfter(before.minusSeconds(60));
			assertThat(held.nextAttempt()).isNotNull();
		});
		proceed.countDown();
		await().atMost(LIMIT).until(() -> this.log.held(this.group).isEmpty());
	}

	@Test
	void whatIsSkippedNoLongerHoldsUpItsApp() throws Exception {
		Recorder recorder = new Recorder();
		join(this.bus.subscribe(filter(), options(this.group).errorHandler((subscription, delivery, error) -> {
		}).build(), (event) -> {
			if (event.payloadAs(Integer.class) == 0) {
				throw new IllegalStateException("poison");
			}
			recorder.onEvent(event);
		}));
		Event poison = number("app", 0);
		this.bus.publish(poison);
		this.bus.publish(number("app", 1));
		await().atMost(LIMIT).until(() -> status().parked() == 1 && status().held() == 1);
		assertThat(this.log.skip(this.group, poison.id())).isTrue();
		assertThat(recorder.numbers(1)).containsExactly(1);
		assertThat(this.log.skip(this.group, poison.id())).isFalse();
	}

	@Test
	void heldEventsSurviveARestart() throws Exception {
		Subscription failing = join(
				this.bus.subscribe(filter(), options(this.group).errorHandler((subscription, delivery, error) -> {
				}).build(), (event) -> {
					throw new IllegalStateException("poison");
				}));
		this.bus.publish(number("app", 0));
		this.bus.publish(number("app", 1));
		await().atMost(LIMIT).until(() -> status().parked() == 1 && status().held() == 1);
		failing.close();
		Recorder recorder = new Recorder();
		join(this.bus, recorder);
		this.bus.publish(number("app", 2));
		await().atMost(LIMIT).until(() -> status().held() == 2);
		this.log.redrive(this.group);
		assertThat(recorder.numbers(3)).containsExactly(0, 1, 2);
	}

	/** What the group has done in the bus of the test. */
	private GroupCounts counts() {
		return this.bus.capability(GroupMonitor.class)
			.orElseThrow()
			.counts()
			.stream()
			.filter((one) -> one.group().equals(this.group))
			.findFirst()
			.orElseThrow();
	}

}
