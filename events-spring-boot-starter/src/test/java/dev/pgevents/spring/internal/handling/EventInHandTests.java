package dev.pgevents.spring.internal.handling;

import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.ReactivePublisher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What a handler may publish: anything but the event that it handles.
 */
class EventInHandTests extends OrderHandlerTest {

	@ParameterizedTest
	@ValueSource(classes = { Forwarding.class, ForwardingReactively.class, ForwardingEvent.class, ForwardingAsync.class,
			ForwardingAll.class, ForwardingReordered.class, ForwardingHandler.class })
	void refusesToPublishTheEventInHand(Class<?> handler) {
		run(handler, (context) -> {
			context.getBean(DomainEventPublisher.class).publish(new Placed("7", 1));
			assertThat(next()).isInstanceOfSatisfying(IllegalStateException.class,
					(ex) -> assertThat(ex).hasMessageContainingAll("event order.placed is not published",
							"same type and an equal payload", "Publish an event of another type"));
			await().atMost(LIMIT).untilAsserted(() -> {
				SubscriptionStats stats = stats(context);
				assertThat(stats.handled() + stats.failed()).isEqualTo(1);
				assertThat(stats.received()).isEqualTo(1);
			});
		});
	}

	@Test
	void noEventGoesRoundBetweenTwoServices() {
		ApplicationContextRunner service = this.runner
			.withPropertyValues("events.backend=postgres", "events.channels.name=echo",
					"events.postgres.url=" + TestPostgres.shared().url(), "events.postgres.username=postgres")
			.withBean(ForwardingHandler.class);
		service.run((one) -> service.run((other) -> {
			one.getBean(DomainEventPublisher.class).publish(new Placed("7", 1));
			assertThat(next()).isInstanceOf(IllegalStateException.class);
			assertThat(next()).isInstanceOf(IllegalStateException.class);
			// Had either sent it on, the other would have received it before this one.
			one.getBean(Publisher.class).publish(Event.of(PLACED, "8", new Placed("8", 2)));
			await().atMost(LIMIT)
				.untilAsserted(
						() -> assertThat(List.of(stats(one).failed(), stats(other).failed())).containsExactly(2L, 2L));
			assertThat(List.of(stats(one).received(), stats(other).received())).containsExactly(2L, 2L);
		}));
	}

	@Test
	void publishesWhatFollowsFromTheEventInHand() {
		run(Following.class, (context) -> {
			context.getBean(DomainEventPublisher.class).publish(new Placed("7", 3));
			assertThat(next()).isEqualTo(new Placed("7", 3));
			assertThat(next()).isEqualTo(new Placed("7", 2));
			assertThat(next()).isEqualTo(new Placed("7", 1));
		});
	}

	@Test
	void comparesTheAppWhereThereIsNoPayload() {
		run(FanningOut.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "all", null));
			assertThat(next()).isEqualTo("all");
			assertThat(next()).isEqualTo("one");
			assertThat(next()).isInstanceOf(IllegalStateException.class);
		});
	}

	@Test
	void forgetsTheEventAfterItsHandling() {
		Event event = Event.of(PLACED, "1", null);
		assertThatIllegalStateException().isThrownBy(() -> EventInHand.held((each) -> {
			assertThat(EventInHand.current()).isEqualTo(event);
			throw new IllegalStateException("on purpose");
		}).onEvent(event));
		assertThat(EventInHand.current()).isNull();
	}

	private static void recordFailure(Runnable publishing) {
		try {
			publishing.run();
			received.add("published");
		}
		catch (RuntimeException ex) {
			received.add(ex);
			throw ex;
		}
	}

	record Forwarding(DomainEventPublisher publisher) {

		@EventListener
		void forward(Placed placed) {
			recordFailure(() -> this.publisher.publish(placed));
		}

	}

	record ForwardingEvent(Publisher publisher) {

		@EventListener
		void forward(Event event) {
			recordFailure(() -> this.publisher.publish(event));
		}

	}

	record ForwardingAsync(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Event event) {
			recordFailure(() -> this.publisher.publishAsync(event));
		}

	}

	record ForwardingAll(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Event event) {
			recordFailure(() -> this.publisher.publishAll(List.of(event)));
		}

	}

	record Reordered(int count, String order) {

	}

	record ForwardingReordered(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Reordered payload) {
			recordFailure(() -> this.publisher.publish(Event.of(PLACED, "other", payload)));
		}

	}

	record ForwardingReactively(ReactivePublisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Event event) {
			recordFailure(() -> this.publisher.publish(event).block());
		}

	}

	record ForwardingHandler(DomainEventPublisher publisher) {

		@OnDomainEvent
		void forward(Placed placed) {
			recordFailure(() -> this.publisher.publish(placed));
		}

	}

	record Following(DomainEventPublisher publisher) {

		@OnDomainEvent
		void follow(Placed placed) {
			received.add(placed);
			if (placed.count() > 1) {
				this.publisher.publish(new Placed(placed.order(), placed.count() - 1));
			}
		}

	}

	record FanningOut(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void fanOut(@AppId String app) {
			received.add(app);
			if (app.equals("all")) {
				this.publisher.publish(Event.of(PLACED, "one", null));
			}
			else {
				recordFailure(() -> this.publisher.publish(Event.of(PLACED, app, null)));
			}
		}

	}

}
