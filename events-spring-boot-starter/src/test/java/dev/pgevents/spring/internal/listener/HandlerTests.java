package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which methods are called, and what with.
 */
class HandlerTests extends HandlerTest {

	@Test
	void resolvesEveryKindOfParameterInAnyOrder() {
		run(EveryParameter.class, (context) -> {
			Event event = Event.builder(CLOSED).appId("7").payload(new Closed("7", 42)).header("trace", "t1").build();
			context.getBean(Publisher.class).publish(event);
			assertThat(next()).isEqualTo(List.of("t1", 42L, "7", event, CLOSED, event.timestamp()));
		});
	}

	@Test
	void givesNullWhereTheEventHasNothing() {
		run(NullableParameters.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, null, null));
			assertThat(next()).isEqualTo("null null null");
		});
	}

	@Test
	void infersTheTypeFromThePayload() {
		run(Inferred.class, (context) -> {
			assertThat(filter(context, "inferred.on")).isEqualTo(SubscriptionFilter.types("epoch.closed"));
			context.getBean(DomainEventPublisher.class).publish(new Closed("7", 42));
			assertThat(next()).isEqualTo(new Closed("7", 42));
		});
	}

	@Test
	void handlesAllEventsWhereNothingIsSaid() {
		run(Everything.class,
				(context) -> assertThat(filter(context, "everything.on")).isEqualTo(SubscriptionFilter.all()));
	}

	@Test
	void convertsGenericPayloads() {
		run(GenericPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", List.of(new Closed("7", 42))));
			assertThat(next()).isEqualTo(new Closed("7", 42));
		});
	}

	@Test
	void convertsPayloadsToTheClassOfTheHandler() {
		run(OwnPayloadClass.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", new Closed("7", 42)));
			assertThat(next()).isEqualTo(Optional.of(new Index(42)));
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", null));
			assertThat(next()).isEqualTo(Optional.empty());
		});
	}

	@Test
	void resolvesTypeVariablesOfSuperclassesAndInterfaces() {
		this.runner.withBean("inherited", InheritedHandler.class)
			.withBean("lists", ListHandler.class)
			.withBean("implemented", ImplementedHandler.class)
			.run((context) -> {
				assertThat(filter(context, "inherited.on")).isEqualTo(SubscriptionFilter.types("epoch.closed"));
				assertThat(filter(context, "implemented.on")).isEqualTo(SubscriptionFilter.types("epoch.closed"));
				assertThat(container(context).ids()).contains("lists.on").doesNotContain("implemented.on#2");
				container(context).stop("lists.on");
				context.getBean(DomainEventPublisher.class).publish(new Closed("7", 42));
				assertThat(List.of(next(), next())).containsOnly(new Closed("7", 42));
				container(context).stop("inherited.on");
				container(context).stop("implemented.on");
				container(context).start("lists.on");
				context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", List.of(new Closed("8", 43))));
				assertThat(next()).isEqualTo(new Closed("8", 43));
			});
	}

	@Test
	void saysOnceWhichMethodsEventsReachAndWhichEvents(CapturedOutput output) {
		this.runner.withBean("one", GenericPayload.class).withBean("all", Everything.class).run((context) -> {
		});
		assertThat(output.getOut().lines().filter((line) -> line.contains("events reach")))
			.singleElement(InstanceOfAssertFactories.STRING)
			.endsWith("events reach one.on (epoch.closed), all.on (all events)");
	}

	@Test
	void tellsGapsInOrderAndOnlyTheirBean() {
		run(Overflowing.class, (context) -> {
			publish(context, "first");
			Overflowing handler = context.getBean(Overflowing.class);
			handler.await(handler.entered);
			publish(context, "dropped");
			publish(context, "kept");
			handler.proceed.countDown();
			assertThat(next()).isEqualTo("first");
			assertThat(next()).isInstanceOfSatisfying(Gap.class, (gap) -> {
				assertThat(gap.reason()).isEqualTo(Gap.Reason.OVERFLOW);
				assertThat(gap.dropped()).isEqualTo(1);
			});
			assertThat(next()).isEqualTo("kept");
		});
	}

	@Test
	void goesOnAfterAFailure() {
		run(Failing.class, (context) -> {
			publish(context, "fail");
			publish(context, "2");
			assertThat(next()).isEqualTo("2");
			await().atMost(LIMIT)
				.until(() -> container(context).subscriptions().iterator().next().stats().failed() == 1);
		});
	}

	static class NullableParameters {

		@OnDomainEvent("epoch.closed")
		void on(Map<String, Object> payload, @AppId String app, @Header("trace") String trace) {
			received.add(payload + " " + app + " " + trace);
		}

	}

	static class GenericPayload {

		@OnDomainEvent("epoch.closed")
		void on(List<Closed> payload) {
			received.add(payload.get(0));
		}

	}

	record Index(long index) {

	}

	static class OwnPayloadClass {

		@OnDomainEvent("epoch.closed")
		void on(Optional<Index> payload) {
			received.add(payload);
		}

	}

	abstract static class Base<T> {

		@OnDomainEvent
		void on(T payload) {
			received.add((payload instanceof List<?> list) ? list.get(0) : payload);
		}

	}

	static class InheritedHandler extends Base<Closed> {

	}

	static class ListHandler extends Base<List<Closed>> {

	}

	interface Handles<T> {

		void on(T payload);

	}

	static class ImplementedHandler implements Handles<Closed> {

		@Override
		@OnDomainEvent
		public void on(Closed payload) {
			received.add(payload);
		}

	}

	static class Overflowing {

		final CountDownLatch entered = new CountDownLatch(1);

		final CountDownLatch proceed = new CountDownLatch(1);

		@OnDomainEvent(types = "epoch.closed", bufferSize = "1", overflow = OverflowPolicy.DROP_OLDEST)
		void on(@AppId String app) {
			this.entered.countDown();
			await(this.proceed);
			received.add(app);
		}

		@OnGap
		void onGap(Gap gap) {
			received.add(gap);
		}

		void await(CountDownLatch latch) {
			try {
				assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	static class Failing {

		@OnDomainEvent("epoch.closed")
		void on(@AppId String app) {
			if (app.equals("fail")) {
				throw new IllegalStateException("on purpose");
			}
			received.add(app);
		}

	}

}
