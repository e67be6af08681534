package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What handler methods may take of a payload, and which events that stands for.
 */
class HandlerPayloadTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	static final List<Arguments> inferred = List.of(arguments(OfClass.class, "order.placed"),
			arguments(OfOptional.class, "order.placed"), arguments(OfList.class, "order.placed"),
			arguments(OfArray.class, "order.placed"), arguments(OfMessage.class, "order.placed"),
			arguments(OfSealed.class, "order.placed,order.shipped"),
			arguments(OfOptionalOfSealed.class, "order.placed,order.shipped"),
			arguments(OfInterface.class, "stock.empty,stock.filled"),
			arguments(OfAnnotatedInterface.class, "stock.counted"),
			arguments(OfSubtypeOfAnnotated.class, "stock.counted"), arguments(OfTyped.class, "pay.card,pay.voucher"),
			arguments(OfSealedAndPattern.class, "order.placed,order.shipped"),
			arguments(OfSealedAndType.class, "order.shipped"), arguments(OfAbstractClass.class, "truck.left"));

	static final List<Arguments> refused = List.of(
			arguments(Unannotated.class, "says which events it is for", "@OnDomainEvent(\"…\")"),
			arguments(OptionalUnannotated.class, "says which events it is for", "@DomainEvent"),
			arguments(OnlyAppId.class, "nothing says which events it is for", "\"*\" for all"),
			arguments(MapOfTexts.class, "says which events it is for", "@OnDomainEvent"),
			arguments(Events.class, "is no payload", "one at a time"),
			arguments(EventList.class, "is no payload", "one at a time"),
			arguments(NoSubtypes.class, "is abstract", "Declare a class that can be read"),
			arguments(Variable.class, "type variable T", "Declare a class"),
			arguments(VariableInside.class, "type variable T", "Declare a class"),
			arguments(UnknownNames.class, "no subtype is known", "Declare a class"),
			arguments(ClassNames.class, "class names in the JSON", "Declare a class"),
			arguments(NotConstructible.class, "cannot be constructed", "Declare a class"),
			arguments(DeepInside.class, "java.util.function.Supplier", "Declare a class"),
			arguments(TwoOfOneType.class, "could be each of", "Correct the payload class"),
			arguments(NoClassForType.class, "stands for order.lost, only for order.placed, order.shipped",
					"Correct the type"),
			arguments(MessageSubclass.class, "is no Message but a subtype", "Change the parameter"),
			arguments(HeaderOfNoText.class, "nothing that a text can be converted to", "Change the parameter"),
			arguments(HeadersOfNoMap.class, "with @Headers is no Map", "Change the parameter"),
			arguments(PayloadExpression.class, "expression", "Change the parameter"),
			arguments(PrimitiveThatMayBeMissing.class, "@Payload(required = false) cannot be null",
					"Change the parameter"),
			arguments(WrongPackage.class, "carries @" + Foreign.class.getName() + "$Header, which means nothing here",
					"Import the one of dev.pgevents.spring"),
			arguments(TwoPayloadAppIds.class, "2 members with @AppId", "@AppId marks one value"));

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("events.backend=in-memory");

	@BeforeEach
	void forget() {
		received.clear();
	}

	@ParameterizedTest
	@FieldSource("inferred")
	void infersTheTypesFromWhatThePayloadCanBe(Class<?> handler, String types) {
		run(handler, (context) -> assertThat(filter(context)).isEqualTo(SubscriptionFilter.types(types.split(","))));
	}

	@ParameterizedTest
	@ValueSource(classes = { AnyNode.class, AnyMap.class, AnyText.class, AnyObject.class, AnyPayload.class,
			AnyMessage.class, AnyEvent.class, SaidAll.class })
	void handlesAllEventsOnlyWhereThatIsSaid(Class<?> handler) {
		run(handler, (context) -> {
			assertThat(filter(context).types()).isSubsetOf("*");
			assertThat(filter(context).matches(Event.of(EventType.of("any.thing"), null, null))).isTrue();
		});
	}

	@ParameterizedTest
	@FieldSource("refused")
	void failsTheStartAndSaysWhereWhatAndWhatToDo(Class<?> handler, String problem, String action) {
		this.runner.withBean("culprit", handler).run((context) -> {
			assertThat(context).hasFailed();
			EventsConfigurationException refusal = refusal(context.getStartupFailure());
			assertThat(refusal.description()).contains("bean 'culprit'", handler.getName(), problem);
			assertThat(refusal.action()).contains(action);
		});
	}

	@Test
	void choosesTheClassByTheTypeOfTheEvent() {
		run(OfSealed.class, (context) -> {
			publish(context, new Placed("1", 2));
			publish(context, new Shipped("1", "north"));
			assertThat(next()).isEqualTo(new Placed("1", 2));
			assertThat(next()).isEqualTo(new Shipped("1", "north"));
		});
		run(OfOptionalOfSealed.class, (context) -> {
			publish(context, new Shipped("1", "north"));
			assertThat(next()).isEqualTo(Optional.of(new Shipped("1", "north")));
		});
		run(OfTyped.class, (context) -> {
			publish(context, new ByVoucher(7));
			assertThat(next()).isEqualTo(new ByVoucher(7));
		});
	}

	@Test
	void takesOneObjectForAListOfOne() {
		run(OfList.class, (context) -> {
			publish(context, new Placed("1", 2));
			assertThat(next()).isEqualTo(List.of(new Placed("1", 2)));
			context.getBean(Publisher.class)
				.publish(Event.of(EventType.of("order.placed"), null, List.of(new Placed("1", 2), new Placed("1", 3))));
			assertThat(next()).isEqualTo(List.of(new Placed("1", 2), new Placed("1", 3)));
		});
		run(OfArray.class, (context) -> {
			publish(context, new Placed("1", 2));
			assertThat(next()).isEqualTo(List.of(new Placed("1", 2)));
		});
	}

	@Test
	void readsWhatIsToldApartByItsProperties() {
		run(OfDeduced.class, (context) -> {
			publish(context, new Paid("1", new ByCard("4111")));
			assertThat(next()).isEqualTo(new Paid("1", new ByCard("4111")));
		});
	}

	@Test
	void givesTheJsonAsText() {
		run(AnyText.class, (context) -> {
			publish(context, new Placed("1", 2));
			assertThat(next()).isEqualTo("{\"order\":\"1\",\"count\":2}");
			context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), null, "text"));
			assertThat(next()).isEqualTo("text");
			context.getBean(Publisher.class)
				.publish(Event.of(EventType.of("order.placed"), null, Payload.ofJson(" {\"order\": \"7\"}")));
			assertThat(next()).isEqualTo(" {\"order\": \"7\"}");
		});
		run(OfClass.class, (context) -> {
			context.getBean(Publisher.class)
				.publish(Event.of(EventType.of("order.placed"), null, Payload.ofJson("{\"order\":\"7\",\"count\":3}")));
			assertThat(next()).isEqualTo(new Placed("7", 3));
		});
		run(AnyPayload.class, (context) -> {
			publish(context, new Placed("1", 2));
			assertThat(next()).isInstanceOfSatisfying(Payload.class,
					(payload) -> assertThat(payload.as(Placed.class)).isEqualTo(new Placed("1", 2)));
		});
	}

	@Test
	void takesTheWordsOfSpringMessaging() {
		run(Messages.class, (context) -> {
			Event event = Event.builder(EventType.of("order.placed"))
				.payload(new Placed("1", 2))
				.header("tenant", "acme")
				.header("attempt", "3")
				.build();
			context.getBean(Publisher.class).publish(event);
			assertThat(next()).isEqualTo(List.of(new Placed("1", 2), "acme", 3, "none", Optional.empty(), event.id(),
					event.headers(), event.headers(), event.timestamp().toEpochMilli()));
		});
		run(OfMessage.class, (context) -> {
			publish(context, new Placed("1", 2));
			assertThat(next()).isEqualTo(new Placed("1", 2));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), null, null));
			assertThat(next()).isEqualTo("nothing");
		});
	}

	@Test
	void refusesAnEventWithoutTheHeaderThatIsRequired() {
		run(RequiredHeader.class, (context) -> {
			publish(context, new Placed("1", 2));
			context.getBean(Publisher.class)
				.publish(Event.builder(EventType.of("order.placed")).header("tenant", "acme").build());
			assertThat(next()).isEqualTo("acme");
			assertThat(context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().stats())
				.satisfies((stats) -> assertThat(stats.failed()).isEqualTo(1));
		});
	}

	@Test
	void refusesAnEventWithoutThePayloadThatIsRequired() {
		run(RequiredPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), null, null));
			publish(context, new Placed("1", 2));
			assertThat(next()).isEqualTo(new Placed("1", 2));
			assertThat(context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().stats())
				.satisfies((stats) -> assertThat(stats.failed()).isEqualTo(1));
		});
		run(OptionalPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), null, null));
			assertThat(next()).isEqualTo("nothing");
		});
	}

	private void run(Class<?> handler, Consumer<ApplicationContext> test) {
		this.runner.withBean("handler", handler).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private static void publish(ApplicationContext context, Object payload) {
		context.getBean(DomainEventPublisher.class).publish(payload);
	}

	private static SubscriptionFilter filter(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().filter();
	}

	private static Object next() {
		try {
			Object next = received.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(next).as("nothing arrived").isNotNull();
			return next;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static EventsConfigurationException refusal(Throwable failure) {
		Throwable cause = failure;
		while (cause != null && !(cause instanceof EventsConfigurationException)) {
			cause = cause.getCause();
		}
		assertThat(cause).as("refusal in " + failure).isNotNull();
		return (EventsConfigurationException) cause;
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	sealed interface OrderEvent {

	}

	@DomainEvent("order.placed")
	record Placed(String order, int count) implements OrderEvent {

	}

	@DomainEvent("order.shipped")
	record Shipped(String order, String to) implements OrderEvent {

	}

	record NeverPublished(String order) implements OrderEvent {

	}

	interface StockEvent {

	}

	@DomainEvent("stock.empty")
	record Empty(String item) implements StockEvent {

	}

	@DomainEvent("stock.filled")
	record Filled(String item) implements StockEvent {

	}

	@DomainEvent("stock.counted")
	interface Counting {

	}

	record Counted(int count) implements Counting {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	sealed interface Means {

	}

	@DomainEvent("pay.card")
	record ByPlastic(String card) implements Means {

	}

	@DomainEvent("pay.voucher")
	record ByVoucher(int voucher) implements Means {

	}

	@DomainEvent("truck.left")
	abstract static class TruckEvent {

	}

	static final class TruckLeft extends TruckEvent {

		public String plate;

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
	@JsonSubTypes({ @JsonSubTypes.Type(ByCard.class), @JsonSubTypes.Type(ByCash.class) })
	interface Deduced {

	}

	record ByCard(String card) implements Deduced {

	}

	record ByCash(int cash) implements Deduced {

	}

	@DomainEvent("pay.paid")
	record Paid(String order, Deduced by) {

	}

	@DomainEvent("twins.born")
	sealed interface Twin {

		record One(int a) implements Twin {

		}

		record Other(int b) implements Twin {

		}

	}

	record Plain(String text) {

	}

	@DomainEvent("two.apps")
	record TwoApps(@AppId String one, @AppId String other) {

	}

	static class OfClass {

		@OnDomainEvent
		void on(Placed payload) {
			received.add(payload);
		}

	}

	static class OfOptional {

		@OnDomainEvent
		void on(Optional<Placed> payload) {
			received.add(payload);
		}

	}

	static class OfList {

		@OnDomainEvent
		void on(List<Placed> payload) {
			received.add(payload);
		}

	}

	static class OfArray {

		@OnDomainEvent
		void on(Placed[] payload) {
			received.add(List.of(payload));
		}

	}

	static class OfMessage {

		@OnDomainEvent
		void on(Message<Placed> message) {
			received.add((message.getPayload() != null) ? message.getPayload() : "nothing");
		}

	}

	static class OfSealed {

		@OnDomainEvent
		void on(OrderEvent payload) {
			received.add(payload);
		}

	}

	static class OfOptionalOfSealed {

		@OnDomainEvent
		void on(Optional<OrderEvent> payload) {
			received.add(payload);
		}

	}

	static class OfInterface {

		@OnDomainEvent
		void on(StockEvent payload) {
			received.add(payload);
		}

	}

	static class OfAnnotatedInterface {

		@OnDomainEvent
		void on(Counting payload) {
			received.add(payload);
		}

	}

	static class OfSubtypeOfAnnotated {

		@OnDomainEvent
		void on(Counted payload) {
			received.add(payload);
		}

	}

	static class OfTyped {

		@OnDomainEvent
		void on(Means payload) {
			received.add(payload);
		}

	}

	static class OfAbstractClass {

		@OnDomainEvent
		void on(TruckEvent payload) {
			received.add(payload);
		}

	}

	static class OfSealedAndPattern {

		@OnDomainEvent("order.*")
		void on(OrderEvent payload) {
			received.add(payload);
		}

	}

	static class OfSealedAndType {

		@OnDomainEvent("order.shipped")
		void on(OrderEvent payload) {
			received.add(payload);
		}

	}

	static class OfDeduced {

		@OnDomainEvent
		void on(Paid payload) {
			received.add(payload);
		}

	}

	static class AnyNode {

		@OnDomainEvent
		void on(JsonNode payload) {
			received.add(payload);
		}

	}

	static class AnyMap {

		@OnDomainEvent
		void on(Map<String, Object> payload) {
			received.add(payload);
		}

	}

	static class AnyText {

		@OnDomainEvent
		void on(String payload) {
			received.add(payload);
		}

	}

	static class AnyObject {

		@OnDomainEvent
		void on(Object payload) {
			received.add(payload);
		}

	}

	static class AnyPayload {

		@OnDomainEvent
		void on(Payload payload) {
			received.add(payload);
		}

	}

	static class AnyMessage {

		@OnDomainEvent
		void on(Message<?> message) {
			received.add(message);
		}

	}

	static class AnyEvent {

		@OnDomainEvent
		void on(Event event, @AppId String app) {
			received.add(event);
		}

	}

	static class SaidAll {

		@OnDomainEvent("*")
		void on(Plain payload) {
			received.add(payload);
		}

	}

	static class Unannotated {

		@OnDomainEvent
		void on(Plain payload) {
		}

	}

	static class OptionalUnannotated {

		@OnDomainEvent
		void on(Optional<Plain> payload, Event event) {
		}

	}

	static class OnlyAppId {

		@OnDomainEvent
		void on(@AppId String app) {
		}

	}

	static class MapOfTexts {

		@OnDomainEvent
		void on(Map<String, String> payload) {
		}

	}

	static class Events {

		@OnDomainEvent("order.placed")
		void on(Event... events) {
		}

	}

	static class EventList {

		@OnDomainEvent("order.placed")
		void on(List<Event> events) {
		}

	}

	static class NoSubtypes {

		@OnDomainEvent("order.placed")
		void on(Runnable payload) {
		}

	}

	static class Variable<T> {

		@OnDomainEvent("order.placed")
		void on(T payload) {
		}

	}

	static class VariableInside<T> {

		@OnDomainEvent("order.placed")
		void on(Map<String, List<T>> payload) {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	interface Unknown {

	}

	static class UnknownNames {

		@OnDomainEvent("order.placed")
		void on(Unknown payload) {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	record WithClassName(String text) {

	}

	static class ClassNames {

		@OnDomainEvent("order.placed")
		void on(WithClassName payload) {
		}

	}

	static class NotConstructible {

		@OnDomainEvent("order.placed")
		void on(Unconstructible payload) {
		}

	}

	static final class Unconstructible {

		Unconstructible(String one, int two) {
		}

		Unconstructible(int one, String two) {
		}

	}

	record Holder(List<Supplier<String>> suppliers) {

	}

	static class DeepInside {

		@OnDomainEvent("order.placed")
		void on(Optional<Holder> payload) {
		}

	}

	static class TwoOfOneType {

		@OnDomainEvent
		void on(Twin payload) {
		}

	}

	static class NoClassForType {

		@OnDomainEvent({ "order.placed", "order.lost" })
		void on(OrderEvent payload) {
		}

	}

	static class MessageSubclass {

		@OnDomainEvent("order.placed")
		void on(GenericMessage<Placed> message) {
		}

	}

	static class HeaderOfNoText {

		@OnDomainEvent("order.placed")
		void on(@org.springframework.messaging.handler.annotation.Header("a") Placed header) {
		}

	}

	static class HeadersOfNoMap {

		@OnDomainEvent("order.placed")
		void on(@Headers String headers) {
		}

	}

	static class PayloadExpression {

		@OnDomainEvent("order.placed")
		void on(@org.springframework.messaging.handler.annotation.Payload("order") String order) {
		}

	}

	static class Foreign {

		@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
		@interface Header {

		}

	}

	static class WrongPackage {

		@OnDomainEvent("order.placed")
		void on(@Foreign.Header String tenant) {
		}

	}

	static class TwoPayloadAppIds {

		@OnDomainEvent
		void on(TwoApps payload) {
		}

	}

	static class Messages {

		@OnDomainEvent
		void on(@org.springframework.messaging.handler.annotation.Payload Placed payload,
				@org.springframework.messaging.handler.annotation.Header("tenant") String tenant,
				@org.springframework.messaging.handler.annotation.Header int attempt,
				@org.springframework.messaging.handler.annotation.Header(name = "x", defaultValue = "none") String x,
				@org.springframework.messaging.handler.annotation.Header("y") Optional<String> y,
				@org.springframework.messaging.handler.annotation.Header("id") UUID id, @Header Map<String, String> all,
				@Headers Map<String, String> same, MessageHeaders headers) {
			received.add(List.of(payload, tenant, attempt, x, y, id, all, same, headers.getTimestamp()));
		}

	}

	static class RequiredPayload {

		@OnDomainEvent
		void on(@org.springframework.messaging.handler.annotation.Payload Placed payload) {
			received.add(payload);
		}

	}

	static class OptionalPayload {

		@OnDomainEvent
		void on(@org.springframework.messaging.handler.annotation.Payload(required = false) Placed payload) {
			received.add((payload != null) ? payload : "nothing");
		}

	}

	static class PrimitiveThatMayBeMissing {

		@OnDomainEvent("order.placed")
		void on(@org.springframework.messaging.handler.annotation.Payload(required = false) int payload) {
		}

	}

	static class RequiredHeader {

		@OnDomainEvent("order.placed")
		void on(@org.springframework.messaging.handler.annotation.Header String tenant) {
			received.add(tenant);
		}

	}

}
