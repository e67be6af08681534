package dev.pgevents;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What every bus promises of what is published: whom it reaches, in which order, how
 * often.
 */
public abstract class EventBusContract extends EventBusTest {

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
			publisher.join(LIMIT.toMillis());
		}
		List<Integer> inOrder = IntStream.range(0, 100).boxed().toList();
		assertThat(received).containsOnlyKeys("0", "1", "2", "3")
			.allSatisfy((app, numbers) -> assertThat(numbers).isEqualTo(inOrder));
	}

	@Test
	void publishAllOfNothingDoesNothing() {
		this.bus.publishAll(List.of());
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
		encoding.publishEncoded(List.of()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		encoding.publishEncoded(List.of(encoded, encoding.encode(number(2)), encoded))
			.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		encoding.publishEncoded(List.of(encoded)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
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
	void closingTheBusFromAHandlerDoesNotWaitForIt() throws Exception {
		CountDownLatch closed = new CountDownLatch(1);
		subscribe(this.all, (event) -> {
			this.bus.close();
			closed.countDown();
		});
		this.bus.publish(number(1));
		assertThat(closed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void readyFailsWhereTheBusIsClosedAndSubscribingIsRefused() {
		this.bus.close();
		assertThatIllegalStateException().isThrownBy(() -> this.bus.subscribe(this.all, (event) -> {
		}));
		assertThatIllegalStateException().isThrownBy(() -> this.bus.publish(number(1)));
		this.bus.close();
	}

	/**
	 * A payload.
	 *
	 * @param text a text
	 * @param number a number
	 */
	public record Sample(String text, int number) {

	}

}
