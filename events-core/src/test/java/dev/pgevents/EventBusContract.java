package dev.pgevents;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What every bus promises. Types and apps are new for each test, so that a shared
 * database does.
 */
public abstract class EventBusContract {

	private static final int LIMIT = 20;

	private final String group = "t" + UUID.randomUUID().toString().replace("-", "");

	private final EventType one = EventType.of(this.group + ".one");

	private final EventType two = EventType.of(this.group + ".two");

	private final SubscriptionFilter all = SubscriptionFilter.types(this.group + ".*");

	private EventBus bus;

	/**
	 * A new bus; all buses of a test talk to each other.
	 * @return the bus
	 */
	protected abstract EventBus createBus();

	@BeforeEach
	void open() {
		this.bus = createBus();
	}

	@AfterEach
	void close() {
		this.bus.close();
	}

	@Test
	void tellsItsOpenSubscriptions() {
		Subscription subscription = this.bus.subscribe(this.all, (event) -> {
		});
		EventStream stream = this.bus.open(this.all);
		assertThat(this.bus.subscriptions()).containsExactlyInAnyOrder(subscription, stream);
		subscription.close();
		assertThat(this.bus.subscriptions()).containsExactly(stream);
		stream.close();
		assertThat(this.bus.subscriptions()).isEmpty();
	}

	@Test
	void eventReachesEverySubscriberAsItWasPublished() throws Exception {
		Recorder first = new Recorder();
		Recorder second = new Recorder();
		subscribe(this.all, first);
		subscribe(this.all, second);
		Event event = Event.builder(this.one).appId("7").payload(new Sample("a", 1)).header("h", "v").build();
		this.bus.publish(event);
		for (Recorder recorder : List.of(first, second)) {
			Event received = recorder.next();
			assertThat(received).isEqualTo(event);
			assertThat(received.type()).isEqualTo(this.one);
			assertThat(received.appId()).isEqualTo("7");
			assertThat(received.timestamp()).isEqualTo(event.timestamp());
			assertThat(received.headers()).containsEntry("h", "v");
			assertThat(received.payloadAs(Sample.class)).isEqualTo(new Sample("a", 1));
		}
	}

	@Test
	void whoIgnoresItsOwnEventsGetsThoseOfOtherBuses() throws Exception {
		Recorder all = new Recorder();
		Recorder others = new Recorder();
		subscribe(this.all, all);
		Subscription ignoring = this.bus.subscribe(this.all, SubscriptionOptions.builder().ignoreOwn(true).build(),
				others);
		join(ignoring);
		this.bus.publish(number(1));
		this.bus.publishAll(List.of(number(2), number(3)));
		this.bus.publishAsync(number(4));
		assertThat(all.next().publishedBy()).isEqualTo(this.bus.instanceId()).isNotNull();
		assertThat(all.numbers(3)).containsExactly(2, 3, 4);
		assertThat(others.queue).isEmpty();
		assertThat(ignoring.stats().received()).isZero();
		try (EventBus other = createBus()) {
			assertThat(other.instanceId()).isNotNull().isNotEqualTo(this.bus.instanceId());
		}
	}

	@Test
	void groupThatIgnoresItsOwnEventsIsRefused() {
		assertThatIllegalStateException()
			.isThrownBy(() -> SubscriptionOptions.builder().group("g").ignoreOwn(true).build())
			.withMessageContainingAll("ignoreOwn", "group g", "leave");
	}

	@Test
	void aThousandIdleSubscriptionsHaveNoThreadsOfTheirOwn() throws Exception {
		int threads = Thread.getAllStackTraces().size();
		List<Recorder> recorders = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			Recorder recorder = new Recorder();
			subscribe(SubscriptionFilter.types(this.group + ".number" + i), recorder);
			recorders.add(recorder);
		}
		assertThat(Thread.getAllStackTraces().size() - threads).isLessThan(100);
		for (int i = 0; i < 1000; i += 100) {
			this.bus.publish(Event.of(EventType.of(this.group + ".number" + i), null, i));
			assertThat(recorders.get(i).numbers(1)).containsExactly(i);
		}
	}

	@Test
	void filtersByTypeGroupAppAndBoth() throws Exception {
		Recorder byType = new Recorder();
		Recorder byApp = new Recorder();
		Recorder byBoth = new Recorder();
		Recorder byGroup = new Recorder();
		subscribe(SubscriptionFilter.types(this.one), byType);
		subscribe(SubscriptionFilter.apps(this.group), byApp);
		subscribe(SubscriptionFilter.types(this.two).andApps(this.group), byBoth);
		subscribe(SubscriptionFilter.types(this.group + ".*", this.one.value()), byGroup);
		this.bus.publish(Event.of(this.one, null, 1));
		this.bus.publish(Event.of(this.two, this.group, 2));
		this.bus.publish(Event.of(this.one, this.group, 3));
		this.bus.publish(Event.of(this.two, "other", 4));
		assertThat(byGroup.numbers(4)).containsExactly(1, 2, 3, 4);
		assertThat(byType.numbers(2)).containsExactly(1, 3);
		assertThat(byApp.numbers(2)).containsExactly(2, 3);
		assertThat(byBoth.numbers(1)).containsExactly(2);
		assertThat(byType.queue).isEmpty();
		assertThat(byGroup.queue).isEmpty();
	}

	@Test
	void callsOfOneThreadArriveInOrderWhicheverMethodsItUses() throws Exception {
		Recorder recorder = new Recorder();
		subscribe(this.all, recorder);
		List<Integer> expected = IntStream.range(0, 400).boxed().toList();
		for (int i = 0; i < 400; i += 4) {
			this.bus.publish(number(i));
			this.bus.publishAsync(number(i + 1));
			this.bus.publishAll(List.of(number(i + 2), number(i + 3)));
		}
		assertThat(recorder.numbers(400)).isEqualTo(expected);
	}

	@Test
	void eachPublisherKeepsItsOrderBesideOthers() throws Exception {
		Recorder recorder = new Recorder();
		subscribe(this.all, recorder);
		List<Thread> publishers = IntStream.range(0, 4).mapToObj((publisher) -> new Thread(() -> {
			for (int i = 0; i < 100; i++) {
				this.bus.publish(Event.of(this.one, String.valueOf(publisher), i));
			}
		})).toList();
		publishers.forEach(Thread::start);
		Map<String, List<Integer>> received = new HashMap<>();
		for (int i = 0; i < 400; i++) {
			Event event = recorder.next();
			received.computeIfAbsent(String.valueOf(event.appId()), (app) -> new ArrayList<>())
				.add(event.payloadAs(Integer.class));
		}
		for (Thread publisher : publishers) {
			publisher.join(TimeUnit.SECONDS.toMillis(LIMIT));
		}
		List<Integer> inOrder = IntStream.range(0, 100).boxed().toList();
		assertThat(received).containsOnlyKeys("0", "1", "2", "3")
			.allSatisfy((app, numbers) -> assertThat(numbers).isEqualTo(inOrder));
	}

	@Test
	void whatIsPublishedOnceReadyArrives() throws Exception {
		for (int i = 0; i < 20; i++) {
			Recorder recorder = new Recorder();
			try (Subscription subscription = this.bus.subscribe(SubscriptionFilter.types(this.group + ".n" + i),
					recorder)) {
				join(subscription);
				this.bus.publish(Event.of(EventType.of(this.group + ".n" + i), null, i));
				assertThat(recorder.nextNumber()).isEqualTo(i);
			}
		}
	}

	@Test
	void publishAllOfNothingDoesNothing() {
		this.bus.publishAll(List.of());
	}

	@Test
	void throwingHandlerLosesNobodysNextEvent() throws Exception {
		Recorder undisturbed = new Recorder();
		Recorder recorder = new Recorder();
		List<Throwable> errors = new CopyOnWriteArrayList<>();
		SubscriptionOptions options = SubscriptionOptions.builder()
			.errorHandler((subscription, delivery, error) -> errors.add(error))
			.build();
		Subscription throwing = this.bus.subscribe(this.all, options, (event) -> {
			recorder.onEvent(event);
			throw new AssertionError("deliberate");
		});
		join(throwing);
		subscribe(this.all, undisturbed);
		this.bus.publishAll(List.of(number(1), number(2)));
		assertThat(recorder.numbers(2)).containsExactly(1, 2);
		assertThat(undisturbed.numbers(2)).containsExactly(1, 2);
		await().atMost(Duration.ofSeconds(LIMIT)).untilAsserted(() -> {
			assertThat(throwing.stats().failed()).isEqualTo(2);
			assertThat(errors).hasSize(2);
		});
	}

	@Test
	void blockedHandlerDelaysNoOtherSubscriptionAndOverflowIsOneGapInItsPlace() throws Exception {
		Gate gate = new Gate();
		Recorder slow = new Recorder(gate);
		Recorder other = new Recorder();
		SubscriptionOptions options = SubscriptionOptions.builder().bufferSize(3).build();
		Subscription blocked = this.bus.subscribe(this.all, options, slow);
		join(blocked);
		subscribe(this.all, other);
		this.bus.publish(number(0));
		gate.awaitSomebody();
		this.bus.publishAll(IntStream.range(1, 11).mapToObj(this::number).toList());
		assertThat(other.numbers(11)).hasSize(11);
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> blocked.stats().received() == 11);
		gate.open();
		assertThat(slow.nextNumber()).isZero();
		assertThat(slow.nextGap()).extracting(Gap::reason, Gap::dropped).containsExactly(Gap.Reason.OVERFLOW, 7L);
		assertThat(slow.numbers(3)).containsExactly(8, 9, 10);
		await().atMost(Duration.ofSeconds(LIMIT)).untilAsserted(() -> {
			SubscriptionStats stats = blocked.stats();
			assertThat(stats.handled() + stats.dropped()).isEqualTo(stats.received()).isEqualTo(11);
			assertThat(stats.gaps()).isEqualTo(1);
		});
	}

	@Test
	void tellsWhichHandlersAreRunningAndWhere() throws Exception {
		Gate gate = new Gate();
		AtomicReference<Thread> thread = new AtomicReference<>();
		Subscription blocked = this.bus.subscribe(this.all, (event) -> {
			thread.set(Thread.currentThread());
			gate.pass();
		});
		join(blocked);
		assertThat(blocked.running()).isEmpty();
		Event event = number(1);
		this.bus.publish(event);
		gate.awaitSomebody();
		assertThat(blocked.running()).singleElement().satisfies((running) -> {
			assertThat(running.delivery()).isEqualTo(event);
			assertThat(running.thread()).isSameAs(thread.get());
			assertThat(running.runningFor()).isPositive();
		});
		gate.open();
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> blocked.running().isEmpty());
	}

	@Test
	void dropNewestLeavesTheGapAfterWhatWaits() throws Exception {
		Recorder recorder = overflowing(OverflowPolicy.DROP_NEWEST, 6);
		assertThat(recorder.numbers(3)).containsExactly(0, 1, 2);
		assertThat(recorder.nextGap().dropped()).isEqualTo(3);
	}

	@Test
	void latestPerAppKeepsTheNewestWithoutAGapAndCountsTheOthersAsCoalesced() throws Exception {
		Recorder recorder = overflowing(OverflowPolicy.LATEST_PER_APP, 6);
		assertThat(recorder.numbers(2)).containsExactly(0, 5);
		assertThat(recorder.queue).isEmpty();
		Subscription subscription = this.bus.subscriptions().iterator().next();
		await().atMost(Duration.ofSeconds(LIMIT))
			.until(subscription::stats, new SubscriptionStats(6, 2, 0, 0, 4, 0, 0, 0)::equals);
	}

	@Test
	void readyIsTheCallersOwnAndStaysCompletedAfterClose() throws Exception {
		Subscription subscription = this.bus.subscribe(this.all, (event) -> {
		});
		subscription.ready().cancel(true);
		subscription.ready().completeExceptionally(new IllegalStateException("deliberate"));
		join(subscription);
		subscription.close();
		subscription.close();
		assertThat(subscription.ready()).isCompletedWithValue(null);
	}

	@Test
	void identicalEventsAreHandledTwice() throws Exception {
		Recorder recorder = new Recorder();
		subscribe(this.all, recorder);
		this.bus.publishAll(List.of(Event.of(this.one, "app", 1), Event.of(this.one, "app", 1)));
		Event first = recorder.next();
		Event second = recorder.next();
		assertThat(second).isNotEqualTo(first);
		assertThat(second.payloadAs(Integer.class)).isEqualTo(first.payloadAs(Integer.class));
	}

	@Test
	void eventArrivesAsOftenAsItWasPublished() throws Exception {
		Recorder recorder = new Recorder();
		subscribe(this.all, recorder);
		Event event = number(1);
		this.bus.publish(event);
		this.bus.publish(event);
		this.bus.publishAll(List.of(event, number(2), event, event));
		for (int i = 0; i < 100; i++) {
			this.bus.publishAsync(event);
		}
		this.bus.publish(number(3));
		assertThat(recorder.numbers(6)).containsExactly(1, 1, 1, 2, 1, 1);
		for (int i = 0; i < 100; i++) {
			assertThat(recorder.next()).isEqualTo(event);
		}
		assertThat(recorder.nextNumber()).isEqualTo(3);
	}

	@Test
	void encodedEventIsAsItWasThenAndArrivesAsOftenAsItIsPublished() throws Exception {
		EncodingPublisher encoding = this.bus.capability(EncodingPublisher.class).orElseThrow();
		Recorder recorder = new Recorder();
		subscribe(this.all, recorder);
		Event event = number(1);
		EncodedEvent encoded = encoding.encode(event);
		assertThat(encoded.event()).isSameAs(event);
		encoding.publishEncoded(List.of()).get(LIMIT, TimeUnit.SECONDS);
		encoding.publishEncoded(List.of(encoded, encoding.encode(number(2)), encoded)).get(LIMIT, TimeUnit.SECONDS);
		encoding.publishEncoded(List.of(encoded)).get(LIMIT, TimeUnit.SECONDS);
		assertThat(recorder.numbers(4)).containsExactly(1, 2, 1, 1);
		assertThatIllegalArgumentException().isThrownBy(() -> encoding.publishEncoded(List.of(() -> event)));
	}

	@Test
	void decoratorPassesCapabilitiesOn() {
		EventBus decorator = new DelegatingEventBus(new DelegatingEventBus(this.bus) {
		}) {
		};
		assertThat(decorator.capability(EncodingPublisher.class))
			.isEqualTo(this.bus.capability(EncodingPublisher.class))
			.isPresent();
		assertThat(decorator.capability(EventBus.class)).containsSame(decorator);
		assertThat(decorator.capability(Runnable.class)).isEmpty();
	}

	@Test
	void handlerThatThrowsOnAGapIsToldToTheErrorHandlerAndGoesOn() throws Exception {
		Gate gate = new Gate();
		BlockingQueue<Delivery> failed = new LinkedBlockingQueue<>();
		Recorder recorder = new Recorder();
		SubscriptionOptions options = SubscriptionOptions.builder()
			.bufferSize(1)
			.errorHandler((subscription, delivery, error) -> {
				failed.add(delivery);
				throw new IllegalStateException("deliberate");
			})
			.build();
		join(this.bus.subscribe(this.all, options, new EventHandler() {

			@Override
			public void onEvent(Event event) throws Exception {
				gate.pass();
				recorder.onEvent(event);
			}

			@Override
			public void onGap(Gap gap) {
				throw new IllegalStateException("deliberate");
			}
		}));
		this.bus.publish(number(0));
		gate.awaitSomebody();
		this.bus.publishAll(List.of(number(1), number(2)));
		Subscription subscription = this.bus.subscriptions().iterator().next();
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> subscription.stats().received() == 3);
		gate.open();
		assertThat(recorder.numbers(2)).containsExactly(0, 2);
		assertThat(failed.poll(LIMIT, TimeUnit.SECONDS)).isInstanceOfSatisfying(Gap.class,
				(gap) -> assertThat(gap.dropped()).isEqualTo(1));
	}

	private Recorder overflowing(OverflowPolicy policy, int events) throws Exception {
		Gate gate = new Gate();
		Recorder recorder = new Recorder(gate);
		Subscription subscription = this.bus.subscribe(this.all,
				SubscriptionOptions.builder().bufferSize(2).overflow(policy).build(), recorder);
		join(subscription);
		this.bus.publish(number(0));
		gate.awaitSomebody();
		this.bus.publishAll(IntStream.range(1, events).mapToObj(this::number).toList());
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> subscription.stats().received() == events);
		gate.open();
		return recorder;
	}

	@Test
	void appsRunInParallelWhileEachKeepsItsOrder() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		Recorder fast = new Recorder();
		Recorder slow = new Recorder();
		Subscription subscription = this.bus.subscribe(this.all, SubscriptionOptions.builder().concurrency(2).build(),
				(event) -> {
					if ("slow".equals(event.appId())) {
						assertThat(release.await(LIMIT, TimeUnit.SECONDS)).isTrue();
						slow.onEvent(event);
					}
					else {
						fast.onEvent(event);
					}
				});
		join(subscription);
		List<Event> events = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			events.add(Event.of(this.one, "slow", i));
			events.add(Event.of(this.one, "fast", i));
		}
		this.bus.publishAll(events);
		List<Integer> expected = IntStream.range(0, 20).boxed().toList();
		assertThat(fast.numbers(20)).isEqualTo(expected);
		assertThat(slow.queue).isEmpty();
		release.countDown();
		assertThat(slow.numbers(20)).isEqualTo(expected);
	}

	@Test
	void closeWaitsForTheEventInHand() throws Exception {
		Gate gate = new Gate();
		AtomicBoolean finished = new AtomicBoolean();
		Subscription subscription = this.bus.subscribe(this.all, (event) -> {
			gate.pass();
			finished.set(true);
		});
		join(subscription);
		this.bus.publish(number(1));
		gate.awaitSomebody();
		Closing.assertWaits(subscription::close, gate::open, finished);
	}

	@Test
	void closedConcurrentlyWithAFullBufferGivesNothingMore() throws Exception {
		Gate gate = new Gate();
		Subscription subscription = this.bus.subscribe(this.all, SubscriptionOptions.builder().bufferSize(2).build(),
				(event) -> {
					gate.pass();
				});
		join(subscription);
		this.bus.publish(number(0));
		gate.awaitSomebody();
		this.bus.publishAll(List.of(number(1), number(2), number(3)));
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> subscription.stats().received() == 4);
		List<Thread> closers = List.of(new Thread(subscription::close), new Thread(subscription::close));
		closers.forEach(Thread::start);
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> subscription.stats().queued() == 0);
		gate.open();
		for (Thread closer : closers) {
			closer.join(TimeUnit.SECONDS.toMillis(LIMIT));
			assertThat(closer.isAlive()).isFalse();
		}
		SubscriptionStats stats = subscription.stats();
		assertThat(stats.handled()).isEqualTo(1);
		assertThat(stats.dropped()).isEqualTo(3);
		assertThat(stats.gaps()).isZero();
	}

	@Test
	void closingTheBusFromAHandlerDoesNotWaitForIt() throws Exception {
		CountDownLatch closed = new CountDownLatch(1);
		subscribe(this.all, (event) -> {
			this.bus.close();
			closed.countDown();
		});
		this.bus.publish(number(1));
		assertThat(closed.await(LIMIT, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void handlerThatInterruptsItsThreadDisturbsNoOtherEvent() throws Exception {
		BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
		subscribe(this.all, (event) -> {
			interrupted.add(Thread.currentThread().isInterrupted());
			Thread.currentThread().interrupt();
		});
		this.bus.publishAll(List.of(number(1), number(2), number(3)));
		for (int i = 0; i < 3; i++) {
			assertThat(interrupted.poll(LIMIT, TimeUnit.SECONDS)).isFalse();
		}
	}

	@Test
	void thoseWhoWaitAtAStreamAreGivenAnEventEach() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT, TimeUnit.SECONDS);
		BlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
		List<Thread> takers = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Thread taker = new Thread(() -> {
				try {
					taken.add(stream.take());
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			taker.start();
			takers.add(taker);
		}
		await().atMost(Duration.ofSeconds(LIMIT))
			.until(() -> takers.stream().allMatch((taker) -> taker.getState() == Thread.State.TIMED_WAITING));
		for (int i = 0; i < 3; i++) {
			this.bus.publish(number(i));
		}
		for (Thread taker : takers) {
			taker.join(TimeUnit.SECONDS.toMillis(LIMIT));
		}
		assertThat(taken).extracting((delivery) -> ((Event) delivery).payloadAs(Integer.class))
			.containsExactlyInAnyOrder(0, 1, 2);
		stream.close();
	}

	@Test
	void closeEndsAStreamThatWaits() throws Exception {
		EventStream stream = this.bus.open(this.all);
		AtomicReference<Boolean> more = new AtomicReference<>();
		Thread taker = new Thread(() -> more.set(stream.iterator().hasNext()));
		taker.start();
		await().atMost(Duration.ofSeconds(LIMIT))
			.until(() -> taker.getState() == Thread.State.WAITING || taker.getState() == Thread.State.TIMED_WAITING);
		stream.close();
		taker.join(TimeUnit.SECONDS.toMillis(LIMIT));
		assertThat(more.get()).isFalse();
	}

	@Test
	void handlersMayCloseTheirOwnAndEachOthersSubscriptions() throws Exception {
		AtomicReference<Subscription> first = new AtomicReference<>();
		AtomicReference<Subscription> second = new AtomicReference<>();
		CountDownLatch both = new CountDownLatch(2);
		CountDownLatch closed = new CountDownLatch(2);
		first.set(this.bus.subscribe(this.all, (event) -> closeTogether(second.get(), both, closed)));
		second.set(this.bus.subscribe(this.all, (event) -> {
			closeTogether(first.get(), both, closed);
			second.get().close();
		}));
		join(first.get());
		join(second.get());
		this.bus.publish(number(1));
		assertThat(closed.await(LIMIT, TimeUnit.SECONDS)).isTrue();
	}

	private static void closeTogether(Subscription other, CountDownLatch both, CountDownLatch closed)
			throws InterruptedException {
		both.countDown();
		assertThat(both.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		other.close();
		closed.countDown();
	}

	@Test
	void subscribesAndClosesWhileEventsPourIn() throws Exception {
		AtomicBoolean stop = new AtomicBoolean();
		Thread publisher = new Thread(() -> {
			for (int i = 0; !stop.get(); i++) {
				this.bus.publish(number(i));
			}
		});
		publisher.start();
		try {
			for (int i = 0; i < 30; i++) {
				Recorder recorder = new Recorder();
				try (Subscription subscription = this.bus.subscribe(this.all, recorder)) {
					join(subscription);
					// A publisher that outruns the handler makes a gap, never a silent
					// hole.
					if (recorder.nextDelivery() instanceof Event first
							&& recorder.nextDelivery() instanceof Event second) {
						assertThat(second.payloadAs(Integer.class)).isEqualTo(first.payloadAs(Integer.class) + 1);
					}
				}
			}
		}
		finally {
			stop.set(true);
			publisher.join(TimeUnit.SECONDS.toMillis(LIMIT));
		}
	}

	@Test
	void streamGivesGapsInTheirPlaceAndCountsWhatWasTaken() throws Exception {
		EventStream stream = this.bus.open(this.all, SubscriptionOptions.builder().bufferSize(2).name("mine").build());
		stream.ready().get(LIMIT, TimeUnit.SECONDS);
		this.bus.publishAll(IntStream.range(0, 5).mapToObj(this::number).toList());
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> stream.stats().received() == 5);
		assertThat(stream.name()).isEqualTo("mine");
		assertThat(stream.filter()).isEqualTo(this.all);
		assertThat(stream.stats()).isEqualTo(new SubscriptionStats(5, 0, 0, 3, 0, 0, 0, 2));
		assertThat(stream.take()).isInstanceOfSatisfying(Gap.class, (gap) -> assertThat(gap.dropped()).isEqualTo(3));
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(3);
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(4);
		assertThat(stream.stats()).isEqualTo(new SubscriptionStats(5, 2, 0, 3, 0, 1, 0, 0));
	}

	@Test
	void interruptEndsTheWaitOfAStreamAndNotTheStream() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT, TimeUnit.SECONDS);
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(stream::take);
		Thread.currentThread().interrupt();
		assertThat(stream.iterator().hasNext()).isFalse();
		assertThat(Thread.interrupted()).isTrue();
		this.bus.publish(number(1));
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(1);
	}

	@Test
	void streamThatIsClosedGivesNothingMoreWhateverWaited() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT, TimeUnit.SECONDS);
		this.bus.publish(number(1));
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> stream.stats().queued() == 1);
		stream.close();
		assertThat(stream.poll(Duration.ofSeconds(LIMIT))).isNull();
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(() -> stream.iterator().next());
	}

	@Test
	void streamGivesEventsInOrderAndEndsOnClose() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT, TimeUnit.SECONDS);
		this.bus.publishAll(List.of(number(1), number(2), number(3)));
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(1);
		Delivery second = stream.poll(Duration.ofSeconds(LIMIT));
		assertThat(second).isInstanceOfSatisfying(Event.class,
				(event) -> assertThat(event.payloadAs(Integer.class)).isEqualTo(2));
		assertThat(((Event) stream.iterator().next()).payloadAs(Integer.class)).isEqualTo(3);
		assertThat(stream.poll(Duration.ZERO)).isNull();
		stream.close();
		assertThat(stream.iterator().hasNext()).isFalse();
		assertThatIllegalStateException().isThrownBy(stream::take);
	}

	@Test
	void consumerThatWasAwayIsToldBeforeItsFirstEvent() throws Exception {
		Instant away = Instant.now().minusSeconds(60);
		for (int concurrency : new int[] { 1, 3 }) {
			Recorder recorder = new Recorder();
			SubscriptionOptions options = SubscriptionOptions.builder()
				.concurrency(concurrency)
				.awaySince(away)
				.build();
			Subscription subscription = this.bus.subscribe(this.all, options, recorder);
			join(subscription);
			this.bus.publish(number(1));
			Gap gap = recorder.nextGap();
			assertThat(gap.reason()).isEqualTo(Gap.Reason.STOPPED);
			assertThat(gap.since()).isEqualTo(away);
			assertThat(gap.until()).isAfter(away);
			assertThat(recorder.nextNumber()).isEqualTo(1);
			assertThat(subscription.stats().gaps()).isEqualTo(1);
			subscription.close();
		}
	}

	@Test
	void pausedHandlerGetsWhatHasWaitedOnceItIsResumed() throws Exception {
		for (int concurrency : new int[] { 1, 3 }) {
			Recorder recorder = new Recorder();
			Recorder other = new Recorder();
			Subscription subscription = this.bus.subscribe(this.all,
					SubscriptionOptions.builder().concurrency(concurrency).bufferSize(3).build(), recorder);
			join(subscription);
			subscribe(this.all, other);
			for (int round = 0; round < 20; round++) {
				subscription.pause();
				subscription.pause();
				assertThat(subscription.isPaused()).isTrue();
				for (int i = 0; i < 4; i++) {
					this.bus.publish(number(i));
				}
				assertThat(other.numbers(4)).containsExactly(0, 1, 2, 3);
				int expected = round + 1;
				await().atMost(Duration.ofSeconds(LIMIT)).until(() -> subscription.stats().dropped() == expected);
				assertThat(subscription.stats().queued()).isEqualTo(3);
				assertThat(recorder.queue).isEmpty();
				subscription.resume();
				assertThat(recorder.nextGap().reason()).isEqualTo(Gap.Reason.OVERFLOW);
				assertThat(recorder.numbers(3)).containsExactly(1, 2, 3);
				assertThat(subscription.isPaused()).isFalse();
			}
			subscription.close();
		}
	}

	@Test
	void pausedSubscriptionCanBeClosed() throws Exception {
		Subscription subscription = this.bus.subscribe(this.all, new Recorder());
		join(subscription);
		subscription.pause();
		this.bus.publish(number(1));
		await().atMost(Duration.ofSeconds(LIMIT)).until(() -> subscription.stats().queued() == 1);
		subscription.close();
		assertThat(subscription.stats().dropped()).isEqualTo(1);
		subscription.resume();
	}

	@Test
	void streamOfAConsumerThatWasAwayBeginsWithAGap() throws Exception {
		SubscriptionOptions options = SubscriptionOptions.builder().awaySince(Instant.now()).build();
		EventStream stream = this.bus.open(this.all, options);
		join(stream);
		this.bus.publish(number(1));
		assertThat(stream.take()).isInstanceOfSatisfying(Gap.class,
				(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.STOPPED));
		assertThat(stream.take()).isInstanceOf(Event.class);
	}

	@Test
	void readyFailsWhereTheBusIsClosedAndSubscribingIsRefused() {
		this.bus.close();
		assertThatIllegalStateException().isThrownBy(() -> this.bus.subscribe(this.all, (event) -> {
		}));
		assertThatIllegalStateException().isThrownBy(() -> this.bus.publish(number(1)));
		this.bus.close();
	}

	private Event number(int number) {
		return Event.of(this.one, "app", number);
	}

	private void subscribe(SubscriptionFilter filter, EventHandler handler) {
		join(this.bus.subscribe(filter, handler));
	}

	private static void join(Subscription subscription) {
		subscription.ready().orTimeout(LIMIT, TimeUnit.SECONDS).join();
	}

	/**
	 * A payload.
	 *
	 * @param text a text
	 * @param number a number
	 */
	public record Sample(String text, int number) {

	}

	/** Holds handlers up. */
	private static final class Gate {

		private final CountDownLatch reached = new CountDownLatch(1);

		private final CountDownLatch open = new CountDownLatch(1);

		void pass() throws InterruptedException {
			this.reached.countDown();
			assertThat(this.open.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		}

		void awaitSomebody() throws InterruptedException {
			assertThat(this.reached.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		}

		void open() {
			this.open.countDown();
		}

	}

	private static final class Recorder implements EventHandler {

		private final BlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();

		private final Gate gate;

		Recorder() {
			this(null);
		}

		/** Records what has passed a gate; gaps need not. */
		Recorder(Gate gate) {
			this.gate = gate;
		}

		@Override
		public void onEvent(Event event) throws InterruptedException {
			if (this.gate != null) {
				this.gate.pass();
			}
			this.queue.add(event);
		}

		@Override
		public void onGap(Gap gap) {
			this.queue.add(gap);
		}

		Event next() throws InterruptedException {
			return (Event) nextDelivery();
		}

		Gap nextGap() throws InterruptedException {
			return (Gap) nextDelivery();
		}

		int nextNumber() throws InterruptedException {
			return next().payloadAs(Integer.class);
		}

		List<Integer> numbers(int count) throws InterruptedException {
			List<Integer> numbers = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				numbers.add(nextNumber());
			}
			return numbers;
		}

		private Delivery nextDelivery() throws InterruptedException {
			Delivery delivery = this.queue.poll(LIMIT, TimeUnit.SECONDS);
			assertThat(delivery).as("a delivery within %d s", LIMIT).isNotNull();
			return delivery;
		}

	}

}
