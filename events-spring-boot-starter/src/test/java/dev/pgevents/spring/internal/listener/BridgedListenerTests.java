package dev.pgevents.spring.internal.listener;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which application listeners the bridge finds, and what it subscribes to for them.
 */
class BridgedListenerTests extends ApplicationEventBridgeTest {

	@Test
	void takesListenersOfAnInterface() {
		run(InterfaceListener.class, (context) -> {
			publish(context, "epoch.closed", "1");
			assertThat(next()).isEqualTo("interface 1");
		});
	}

	@Test
	void takesListenersThatAreLambdas() {
		for (Class<?> listener : List.of(EventLambda.class, PayloadEventLambda.class, AnyPayloadLambda.class,
				ForPayload.class)) {
			this.runner.withUserConfiguration(listener).run((context) -> {
				publish(context, "epoch.closed", "1");
				assertThat(next()).isEqualTo("lambda 1");
			});
		}
		this.runner.withUserConfiguration(TypedLambda.class).run((context) -> {
			assertThat(bridged(context)).isEqualTo(SubscriptionFilter.types("bridge.closed"));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("bridge.closed"), "1", new Closed("1", 42)));
			assertThat(next()).isEqualTo(new Closed("1", 42));
		});
	}

	@Test
	void subscribesToNothingForLambdasOfOtherEvents() {
		this.runner.withUserConfiguration(OtherLambdas.class)
			.run((context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
				.doesNotContain(ApplicationEventBridge.ID));
	}

	/** Which would read all classes of the application. */
	@Test
	void looksForNoPayloadClassesWhereNoListenerMayAcceptOne() {
		for (Class<?> listener : List.of(DomainEventMethod.class, AnyApplicationEvent.class,
				ApplicationAvailabilityBean.class)) { // each application has the last
			this.runner.withUserConfiguration(listener).run((context) -> {
				AbstractApplicationContext source = context
					.getSourceApplicationContext(AbstractApplicationContext.class);
				assertThat(new AcceptedEvents(source, null).payloads()).isEmpty();
			});
		}
	}

	@Test
	void takesListenersThatAreNoBeans() {
		for (ApplicationListener<?> listener : List.of(new ClosedListener(), new GenericClosedListener())) {
			this.runner.withInitializer((context) -> context.addApplicationListener(listener)).run((context) -> {
				assertThat(bridged(context)).isEqualTo(SubscriptionFilter.types("bridge.closed"));
				context.getBean(Publisher.class)
					.publish(Event.of(EventType.of("bridge.closed"), "1", new Closed("1", 42)));
				assertThat(next()).isEqualTo(new Closed("1", 42));
			});
		}
	}

	@Test
	void takesListenersOfAnAnnotatedInterface() {
		run(OpenedListener.class, (context) -> {
			assertThat(bridged(context)).isEqualTo(SubscriptionFilter.types("bridge.opened"));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("bridge.opened"), "1", new OpenedNow(7)));
			assertThat(next()).isEqualTo(new OpenedNow(7));
		});
	}

	@Test
	void readsAllOfAnEventTypeForListenersOfOneSubclass() {
		run(TruckListener.class, (context) -> {
			assertThat(bridged(context)).isEqualTo(SubscriptionFilter.types("bridge.vehicle"));
			for (Vehicle each : List.of(new Car(4), new Truck(7))) {
				context.getBean(Publisher.class).publish(Event.of(EventType.of("bridge.vehicle"), "1", each));
			}
			assertThat(next()).isEqualTo(new Truck(7));
			assertThat(context.getBean(DomainEventListenerContainer.class).subscriptions())
				.allSatisfy((subscription) -> assertThat(subscription.stats().failed()).isZero());
		});
	}

	@Test
	void namesThePayloadClassThatCannotBeRead() {
		this.runner.withBean(UnreadableListener.class)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("The payload class " + Unreadable.class.getName() + " cannot work"));
	}

	@Test
	void subscribesToNothingWhereNobodyListens() {
		run(NoListener.class, (context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
			.doesNotContain(ApplicationEventBridge.ID));
	}

	@Test
	void subscribesToNothingForListenersOfJustAnyApplicationEvent() {
		run(AnyApplicationEvent.class,
				(context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
					.doesNotContain(ApplicationEventBridge.ID));
	}

	@Test
	void takesListenersThatAreNotCreatedYet() {
		this.runner
			.withBean(InterfaceListener.class, InterfaceListener::new, (definition) -> definition.setLazyInit(true))
			.run((context) -> {
				publish(context, "epoch.closed", "1");
				assertThat(next()).isEqualTo("interface 1");
			});
		this.runner
			.withBean(AnyApplicationEvent.class, AnyApplicationEvent::new, (definition) -> definition.setLazyInit(true))
			.run((context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
				.doesNotContain(ApplicationEventBridge.ID));
	}

	@Test
	void namesThePayloadClassThatCannotWork() {
		this.runner.withBean(BadPayloadListener.class)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("The payload class " + BadPayload.class.getName() + " cannot work"));
	}

	static class DomainEventMethod {

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
		}

	}

	static class ClosedListener implements ApplicationListener<PayloadApplicationEvent<Closed>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<Closed> event) {
			received.add(event.getPayload());
		}

	}

	static class GenericClosedListener implements GenericApplicationListener {

		@Override
		public boolean supportsEventType(ResolvableType eventType) {
			return ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, Closed.class)
				.isAssignableFrom(eventType);
		}

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			if (event instanceof PayloadApplicationEvent<?> payload) {
				received.add(payload.getPayload());
			}
		}

	}

	@DomainEvent("Bad Type")
	record BadPayload(String app) {

	}

	static class BadPayloadListener {

		@EventListener
		void on(BadPayload payload) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EventLambda {

		@Bean
		ApplicationListener<PayloadApplicationEvent<Event>> listener() {
			return (event) -> received.add("lambda " + event.getPayload().appId());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PayloadEventLambda {

		@Bean
		ApplicationListener<PayloadApplicationEvent<? extends Event>> listener() {
			return (event) -> received.add("lambda " + event.getPayload().appId());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AnyPayloadLambda {

		@Bean
		ApplicationListener<PayloadApplicationEvent<?>> listener() {
			return (event) -> {
				if (event.getPayload() instanceof Event received) {
					ApplicationEventBridgeTest.received.add("lambda " + received.appId());
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ForPayload {

		@Bean
		ApplicationListener<PayloadApplicationEvent<Event>> listener() {
			return ApplicationListener.forPayload((event) -> received.add("lambda " + event.appId()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TypedLambda {

		@Bean
		ApplicationListener<PayloadApplicationEvent<Closed>> listener() {
			return ApplicationListener.forPayload(received::add);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherLambdas {

		@Bean
		ApplicationListener<ApplicationEvent> any() {
			return (event) -> {
			};
		}

		@Bean
		ApplicationListener<ContextRefreshedEvent> refreshed() {
			return (event) -> {
			};
		}

		@Bean
		ApplicationListener<PayloadApplicationEvent<String>> text() {
			return ApplicationListener.forPayload(received::add);
		}

	}

	@DomainEvent("bridge.opened")
	interface Opened {

	}

	record OpenedNow(int number) implements Opened {

	}

	static class OpenedListener {

		@EventListener
		void on(Opened opened) {
			received.add(opened);
		}

	}

	@DomainEvent("bridge.vehicle")
	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(Car.class), @JsonSubTypes.Type(Truck.class) })
	interface Vehicle {

	}

	record Car(int seats) implements Vehicle {

	}

	record Truck(int tons) implements Vehicle {

	}

	static class TruckListener {

		@EventListener
		void on(Truck truck) {
			received.add(truck);
		}

	}

	@DomainEvent("bridge.unreadable")
	static class Unreadable {

		Unreadable(int one, String two) {
		}

		Unreadable(String one, int two) {
		}

	}

	static class UnreadableListener {

		@EventListener
		void on(Unreadable payload) {
		}

	}

	static class NoListener {

		@EventListener
		void text(String text) {
			received.add(text);
		}

	}

	static class AnyApplicationEvent implements ApplicationListener<ApplicationEvent> {

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
		}

	}

}
