package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsMetricsAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.messaging.Message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The conditions of handler methods.
 */
class ConditionTests extends ReceivingTest {

	private static final EventType PLACED = EventType.of("order.placed");

	private static final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

	static final List<Arguments> refused = List.of(
			arguments(NoExpression.class, "condition is \"#payload.amount >\", which does not compile",
					"Correct the condition"),
			arguments(UnknownVariable.class, "condition is \"#ordr.amount > 1\", and there is no #ordr", "#order"),
			arguments(NoSuchParameter.class, "and there is no #a1", "#order"),
			arguments(UnknownName.class, "and " + Placed.class.getName() + " has no amuont", "it has: amount"),
			arguments(UnknownProperty.class, "\"#payload.amount > ${no.such.limit}\" cannot be resolved",
					"${name:default}"));

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class, EventsAutoConfiguration.class,
						EventListenerAutoConfiguration.class, EventsMetricsAutoConfiguration.class))
		.withBean("limits", Limits.class)
		.withBean(EventErrorHandler.class, () -> (subscription, delivery, error) -> failures.add(error))
		.withPropertyValues("events.backend=in-memory", "limit=100");

	@BeforeEach
	void forgetFailures() {
		failures.clear();
	}

	@ParameterizedTest
	@ValueSource(classes = { ByPayload.class, ByEvent.class, ByParameterName.class, ByIndex.class, ByRoot.class,
			ByPlainNames.class, ByBean.class, ByApp.class, WithoutPayload.class, InMessage.class,
			PayloadCalledEvent.class })
	void callsTheMethodForWhatTheConditionLetsThrough(Class<?> handler) {
		run(handler, (context) -> {
			publish(context, "1", new Placed(99));
			publish(context, "2", new Placed(101));
			publish(context, "3", new Placed(100));
			assertThat(next()).isEqualTo("called");
			await().atMost(LIMIT).until(() -> stats(context).handled() == 3);
			assertThat(received).isEmpty();
			assertThat(failures).isEmpty();
		});
	}

	@Test
	void countsWhatIsFilteredAndMeasuresNothingOfIt() {
		this.runner.withBean("handler", ByPayload.class).withBean(SimpleMeterRegistry.class).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(registry));
			publish(context, "1", new Placed(99));
			publish(context, "2", new Placed(101));
			assertThat(next()).isEqualTo("called");
			await().atMost(LIMIT).until(() -> stats(context).handled() == 2);
			assertThat(registry.get("events.handler.filtered")
				.tags("subscription", "handler.on", "type", "order.placed")
				.counter()
				.count()).isEqualTo(1);
			assertThat(registry.get("events.handler.duration").timer().count()).isEqualTo(1);
		});
	}

	@Test
	void conditionThatFailsForAnEventIsAFailureOfThatEvent() {
		run(OfMissingPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
			publish(context, "2", new Placed(101));
			assertThat(next()).isEqualTo("called");
			assertThat(failure()).isInstanceOf(IllegalStateException.class)
				.hasMessageContainingAll("condition \"#payload.amount > 100\" of handler.on",
						"cannot be evaluated for Event[order.placed app=1")
				.hasMessageNotContaining("101");
			assertThat(stats(context).failed()).isEqualTo(1);
		});
	}

	@Test
	void payloadThatCannotBeReadIsAFailureAndNotFiltered() {
		run(ByPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "1", "no order"));
			assertThat(failure()).hasMessageContaining("payload cannot be read as " + Placed.class.getName());
			await().atMost(LIMIT).until(() -> stats(context).failed() == 1);
			assertThat(received).isEmpty();
		});
	}

	/** The interceptor sees the failure, and nothing of what was filtered. */
	@Test
	void isEvaluatedBeforeTheInterceptorsWhichSeeItsFailures() {
		Seeing seeing = new Seeing();
		this.runner.withBean("handler", OfMissingPayload.class)
			.withBean(DomainEventInterceptor.class, () -> seeing)
			.run((context) -> {
				publish(context, "1", new Placed(99));
				context.getBean(Publisher.class).publish(Event.of(PLACED, "2", null));
				publish(context, "3", new Placed(101));
				assertThat(next()).isEqualTo("called");
				assertThat(next()).as("called again by the interceptor").isEqualTo("called");
				await().atMost(LIMIT).until(() -> stats(context).handled() == 2);
				assertThat(seeing.seen).containsExactly("2 failed", "3 handled");
			});
	}

	@ParameterizedTest
	@FieldSource("refused")
	void failsTheStartAndSaysWhereWhatAndWhatToDo(Class<?> handler, String problem, String action) {
		this.runner.withBean("culprit", handler).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(Refusals.refusal(context.getStartupFailure())).satisfies((refusal) -> {
				assertThat(refusal.description()).contains("@OnDomainEvent method " + handler.getName() + ".on",
						"bean 'culprit'", problem);
				assertThat(refusal.action()).contains(action);
			});
		});
	}

	private void run(Class<?> handler, Consumer<ApplicationContext> test) {
		this.runner.withBean("handler", handler).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private static void publish(ApplicationContext context, String app, Object payload) {
		context.getBean(Publisher.class).publish(Event.of(PLACED, app, payload));
	}

	private static SubscriptionStats stats(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().stats();
	}

	private static Throwable failure() {
		return taken(failures);
	}

	@DomainEvent("order.placed")
	public record Placed(int amount) {

	}

	static class Limits {

		public boolean isLarge(Placed order) {
			return order.amount() > 100;
		}

	}

	/** Handles again what has worked. */
	private static final class Seeing implements DomainEventInterceptor {

		private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

		@Override
		public void aroundHandle(String subscription, Event event, Handling handling) throws Exception {
			try {
				handling.proceed();
				handling.proceed();
				this.seen.add(event.appId() + " handled");
			}
			catch (IllegalStateException ex) {
				this.seen.add(event.appId() + " failed");
				throw ex;
			}
		}

	}

	static class ByPayload {

		@OnDomainEvent(condition = "#payload.amount > ${limit}")
		void on(Placed order) {
			received.add("called");
		}

	}

	static class ByEvent {

		@OnDomainEvent(condition = "#event.type.value == 'order.placed' and #event.appId == '2'")
		void on(Placed order) {
			received.add("called");
		}

	}

	static class ByParameterName {

		@OnDomainEvent(condition = "#order.amount > 100")
		void on(@AppId String app, Placed order) {
			received.add("called");
		}

	}

	static class ByIndex {

		@OnDomainEvent(condition = "#a1.amount > 100 && #p0 != null")
		void on(@AppId String app, Placed order) {
			received.add("called");
		}

	}

	static class ByRoot {

		@OnDomainEvent(condition = "#root.event.appId == '2' && #root.args[0].amount() > 100")
		void on(Placed order) {
			received.add("called");
		}

	}

	static class ByPlainNames {

		@OnDomainEvent(condition = "event.appId == '2' && payload.amount > 100")
		void on(Placed order) {
			received.add("called");
		}

	}

	static class ByBean {

		@OnDomainEvent(condition = "@limits.isLarge(#order)")
		void on(Placed order) {
			received.add("called");
		}

	}

	static class ByApp {

		@OnDomainEvent(types = "order.placed", condition = "#app == '2'")
		void on(@AppId String app) {
			received.add("called");
		}

	}

	static class WithoutPayload {

		@OnDomainEvent(types = "order.placed", condition = "#payload['amount'] > 100")
		void on(Event event) {
			received.add("called");
		}

	}

	static class InMessage {

		@OnDomainEvent(condition = "#payload.amount > 100 && #message.headers['id'] != null")
		void on(Message<Placed> message) {
			received.add("called");
		}

	}

	/** A parameter's name comes first. */
	static class PayloadCalledEvent {

		@OnDomainEvent(condition = "#event.amount > 100")
		void on(Placed event) {
			received.add("called");
		}

	}

	static class OfMissingPayload {

		@OnDomainEvent(condition = "#payload.amount > 100")
		void on(Placed order) {
			received.add("called");
		}

	}

	static class NoExpression {

		@OnDomainEvent(condition = "#payload.amount >")
		void on(Placed order) {
		}

	}

	static class UnknownVariable {

		@OnDomainEvent(condition = "#ordr.amount > 1")
		void on(Placed order) {
		}

	}

	static class UnknownName {

		@OnDomainEvent(condition = "#order.amuont > 1")
		void on(Placed order) {
		}

	}

	static class NoSuchParameter {

		@OnDomainEvent(condition = "#payload.amount > 1 && #a1 != null")
		void on(Placed order) {
		}

	}

	static class UnknownProperty {

		@OnDomainEvent(condition = "#payload.amount > ${no.such.limit}")
		void on(Placed order) {
		}

	}

}
