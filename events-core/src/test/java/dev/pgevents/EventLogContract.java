package dev.pgevents;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What every bus with an event log promises to groups.
 */
public abstract class EventLogContract extends EventLogTest {

	@Test
	void handlesEachEventOnceInOrderWithItsPosition() throws Exception {
		Recorder recorder = new Recorder();
		join(this.bus, recorder);
		for (int i = 0; i < 200; i++) {
			this.bus.publish(number("app", i));
		}
		assertThat(recorder.numbers(200)).isEqualTo(range(0, 200));
		assertThat(recorder.positions()).isSorted().doesNotHaveDuplicates().doesNotContainNull();
		awaitLag(0);
		assertThat(recorder.queue).isEmpty();
	}

	@Test
	void handlesLaterWhatWasPublishedWhileNobodyRan() throws Exception {
		Recorder first = new Recorder();
		Subscription subscription = join(this.bus, first);
		this.bus.publish(number("app", 0));
		assertThat(first.numbers(1)).containsExactly(0);
		subscription.close();
		for (int i = 1; i < 2500; i++) {
			this.bus.publishAsync(number("app", i));
		}
		this.bus.publish(number("app", 2500));
		Recorder second = new Recorder();
		join(this.bus, second);
		this.bus.publish(number("app", 2501));
		assertThat(second.numbers(2501)).isEqualTo(range(1, 2502));
		assertThat(first.queue).isEmpty();
	}

	@Test
	void groupsAreIndependentOfEachOtherAndOfBroadcastHandlers() throws Exception {
		Recorder one = new Recorder();
		Recorder two = new Recorder();
		Recorder all = new Recorder();
		join(this.bus, one);
		join(this.bus.subscribe(filter(), options("x" + this.unique).build(), two));
		join(this.bus.subscribe(filter(), all));
		this.bus.publish(number("app", 1));
		this.bus.publish(number(null, 2));
		for (Recorder recorder : List.of(one, two, all)) {
			assertThat(recorder.numbers(2)).containsExactlyInAnyOrder(1, 2);
			assertThat(recorder.queue).isEmpty();
		}
	}

	@Test
	void aNewGroupBeginsWhereItSays() throws Exception {
		this.bus.publish(number("app", 1));
		Instant between = pause();
		this.bus.publish(number("app", 2));
		Recorder latest = new Recorder();
		Recorder earliest = new Recorder();
		Recorder since = new Recorder();
		join(this.bus.subscribe(filter(), options("l" + this.unique).build(), latest));
		join(this.bus.subscribe(filter(), options("e" + this.unique).from(StartPosition.earliest()).build(), earliest));
		join(this.bus.subscribe(filter(), options("s" + this.unique).from(StartPosition.at(between)).build(), since));
		this.bus.publish(number("app", 3));
		assertThat(latest.numbers(1)).containsExactly(3);
		assertThat(since.numbers(2)).containsExactly(2, 3);
		assertThat(earliest.numbers(3)).containsExactly(1, 2, 3);
	}

	@Test
	void handlersOfOneGroupShareItsOrderAndMustNotOverlap() throws Exception {
		Recorder recorder = new Recorder();
		join(this.bus, recorder);
		this.bus.publish(Event.of(this.other, "app", -2));
		this.bus.publish(number("app", -1));
		assertThat(recorder.numbers(1)).as("the other one was not asked for").containsExactly(-1);
		awaitLag(0);
		join(this.bus.subscribe(SubscriptionFilter.types(this.other), options(this.group).build(), recorder));
		for (int i = 0; i < 100; i++) {
			this.bus.publish(Event.of((i % 2 == 0) ? this.type : this.other, "app", i));
		}
		assertThat(recorder.numbers(100)).isEqualTo(range(0, 100));
		assertThatIllegalStateException()
			.isThrownBy(() -> this.bus.subscribe(SubscriptionFilter.types("t" + this.unique + ".*"),
					options(this.group).build(), recorder))
			.withMessageContaining(this.group)
			.withMessageContaining("two handlers for the same events");
		this.bus.publish(number("app", 100));
		assertThat(recorder.numbers(1)).as("what was refused changes nothing").containsExactly(100);
	}

	@Test
	void partitionsAreHandledInParallelAndAppsInOrder() throws Exception {
		CountDownLatch together = new CountDownLatch(4);
		Map<String, List<Integer>> byApp = new ConcurrentHashMap<>();
		join(this.bus.subscribe(filter(), options(this.group).concurrency(8).build(), (event) -> {
			List<Integer> numbers = byApp.computeIfAbsent(event.appId(), (app) -> new CopyOnWriteArrayList<>());
			if (numbers.isEmpty()) {
				together.countDown();
				assertThat(together.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			}
			numbers.add(event.payloadAs(Integer.class));
		}));
		for (int i = 0; i < 50; i++) {
			for (int app = 0; app < 20; app++) {
				this.bus.publishAsync(number("app" + app, i));
			}
		}
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(byApp.values()).hasSize(20).allMatch((numbers) -> numbers.size() == 50));
		assertThat(byApp.values()).allMatch(range(0, 50)::equals);
	}

	@Test
	void aFullBufferDropsNothing() throws Exception {
		Gate gate = new Gate();
		Recorder recorder = new Recorder(gate);
		join(this.bus.subscribe(filter(), options(this.group).bufferSize(5).build(), recorder));
		for (int i = 0; i < 300; i++) {
			this.bus.publishAsync(number("app" + i % 3, i));
		}
		this.bus.publish(number("app0", 300));
		gate.open();
		assertThat(recorder.numbers(301)).containsExactlyInAnyOrderElementsOf(range(0, 301));
	}

	@Test
	void rewindsWhileItRuns() throws Exception {
		Recorder recorder = new Recorder();
		join(this.bus, recorder);
		Instant start = Instant.now();
		for (int i = 0; i < 10; i++) {
			this.bus.publish(number("app", i));
		}
		assertThat(recorder.numbers(10)).isEqualTo(range(0, 10));
		Position fifth = recorder.positions().get(5);
		this.log.rewind(this.group, fifth);
		assertThat(recorder.numbers(5)).isEqualTo(range(5, 10));
		this.log.rewind(this.group, start);
		assertThat(recorder.numbers(10)).isEqualTo(range(0, 10));
		this.bus.publish(number("app", 10));
		assertThat(recorder.numbers(1)).containsExactly(10);
	}

	@Test
	void readsWhatWasRecorded() throws Exception {
		Instant start = Instant.now();
		for (int i = 0; i < 10; i++) {
			this.bus.publish(number("app", i));
			this.bus.publish(number("another", i + 100));
		}
		List<Event> events = this.log.read(filter().andApps("app"), StartPosition.at(start), 100);
		assertThat(events).extracting((event) -> event.payloadAs(Integer.class)).isEqualTo(range(0, 10));
		assertThat(this.log.read(filter(), StartPosition.at(start), 3)).hasSize(3);
		assertThat(this.log.read(filter(), StartPosition.earliest(), 100)).hasSize(20);
		assertThat(this.log.read(filter(), StartPosition.latest(), 100)).isEmpty();
		Position third = events.get(3).position();
		assertThat(this.log.read(filter().andApps("app"), third, 2))
			.extracting((event) -> event.payloadAs(Integer.class))
			.containsExactly(3, 4);
	}

	@Test
	void tellsHowGroupsStand() throws Exception {
		Subscription subscription = join(this.bus, new Recorder());
		await().atMost(LIMIT)
			.until(() -> status().partitions().stream().allMatch((partition) -> partition.owner() != null));
		assertThat(status().types()).containsExactly(this.type.value());
		subscription.close();
		await().atMost(LIMIT)
			.until(() -> status().partitions().stream().allMatch((partition) -> partition.owner() == null));
		for (int i = 0; i < 7; i++) {
			this.bus.publish(number("app", i));
		}
		assertThat(this.log.lag(this.group)).isGreaterThanOrEqualTo(7);
		assertThat(status().lag()).isGreaterThanOrEqualTo(7);
		assertThat(status().partitions()).anyMatch((partition) -> partition.lag() >= 7);
		this.log.rewind(this.group, Instant.now());
		assertThat(this.log.lag(this.group)).as("nothing is skipped").isGreaterThanOrEqualTo(7);
	}

	@Test
	void whoCoversLessThanTheGroupTakesNoPart() throws Exception {
		Recorder recorder = new Recorder();
		Subscription first = join(this.bus, recorder);
		Subscription second = join(
				this.bus.subscribe(SubscriptionFilter.types(this.other), options(this.group).build(), recorder));
		first.close();
		second.close();
		join(this.bus, recorder);
		this.bus.publish(Event.of(this.other, "app", 1));
		this.bus.publish(number("app", 2));
		await().atMost(LIMIT).until(() -> this.log.lag(this.group) >= 2);
		assertThat(recorder.queue).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> this.log.narrow(this.group))
			.withMessageContaining("is to ask for nothing");
		this.log.narrow(this.group, filter(), SubscriptionFilter.types(this.other));
		assertThat(status().types()).containsExactlyInAnyOrder(this.type.value(), this.other.value());
		this.log.narrow(this.group, filter());
		assertThat(recorder.numbers(1)).containsExactly(2);
	}

	@Test
	void aHandlerMayCloseItsSubscriptionAndPublish() throws Exception {
		Subscription[] subscription = new Subscription[1];
		CountDownLatch closed = new CountDownLatch(1);
		Recorder recorder = new Recorder();
		subscription[0] = this.bus.subscribe(filter(), options(this.group).build(), (event) -> {
			recorder.onEvent(event);
			this.bus.publish(number("app", 2));
			subscription[0].close();
			closed.countDown();
		});
		join(subscription[0]);
		this.bus.publish(number("app", 1));
		assertThat(recorder.numbers(1)).containsExactly(1);
		assertThat(closed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		Recorder next = new Recorder();
		join(this.bus, next);
		assertThat(next.numbers(1)).as("handled once, and closed before the next").containsExactly(2);
	}

	@Test
	void refusesWhatCannotWork() {
		assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.builder().group("a b"))
			.withMessageContaining("group \"a b\" is not valid at character 2");
		assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.builder().group("x".repeat(64)))
			.withMessageContaining("has 64 characters, 1 to 63 are allowed");
		assertThatIllegalArgumentException().isThrownBy(() -> StartPosition.at(Instant.now().plusSeconds(60)))
			.withMessageContaining("in the future");
		assertThatIllegalArgumentException().isThrownBy(() -> StartPosition.parse("yesterday"))
			.withMessageContaining("\"latest\", \"earliest\" or a time");
		assertThatIllegalArgumentException().isThrownBy(() -> new Position(-1, 1))
			.withMessageContaining("partition is -1");
		assertThatIllegalArgumentException().isThrownBy(() -> new Position(0, -5))
			.withMessageContaining("number is -5");
		assertThatIllegalStateException()
			.isThrownBy(() -> SubscriptionOptions.builder().group("g").overflow(OverflowPolicy.LATEST_PER_APP).build())
			.withMessageContaining("LATEST_PER_APP");
		assertThatIllegalStateException()
			.isThrownBy(() -> SubscriptionOptions.builder().from(StartPosition.earliest()).build())
			.withMessageContaining("without a group");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.bus.open(filter(), SubscriptionOptions.builder().group("g").build()))
			.withMessageContaining("stream");
		assertThatIllegalArgumentException().isThrownBy(() -> this.log.lag("nobody" + this.unique))
			.withMessageContaining("there is no group nobody");
		assertThatIllegalArgumentException().isThrownBy(() -> this.log.read(filter(), StartPosition.earliest(), 0))
			.withMessageContaining("limit is 0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.log.read(filter(), new Position(5000, 1), 1))
			.withMessageContaining("no partition 5000");
	}

	@Test
	void refusesToRewindIntoTheFuture() throws Exception {
		join(this.bus, new Recorder());
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.log.rewind(this.group, new Position(0, Long.MAX_VALUE)))
			.withMessageContaining("in the future");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.log.rewind(this.group, Instant.now().plusSeconds(100)))
			.withMessageContaining("in the future");
	}

	/** A time between what was published before and what is published after. */
	private static Instant pause() {
		Instant before = Instant.now();
		await().pollDelay(Duration.ofMillis(5)).until(() -> Instant.now().isAfter(before.plusMillis(4)));
		return before.plusMillis(2);
	}

}
