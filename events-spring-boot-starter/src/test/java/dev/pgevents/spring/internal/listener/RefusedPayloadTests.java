package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pgevents.Event;
import dev.pgevents.Payload;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.support.GenericMessage;

import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Parameters of handlers that fail the start.
 */
class RefusedPayloadTests extends PayloadTest {

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

	@ParameterizedTest
	@FieldSource("refused")
	void failsTheStartAndSaysWhereWhatAndWhatToDo(Class<?> handler, String problem, String action) {
		Refusals.assertRefused(this.runner, handler, problem, action);
	}

	@DomainEvent("twins.born")
	sealed interface Twin {

		record One(int a) implements Twin {

		}

		record Other(int b) implements Twin {

		}

	}

	@DomainEvent("two.apps")
	record TwoApps(@AppId String one, @AppId String other) {

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

	static class PrimitiveThatMayBeMissing {

		@OnDomainEvent("order.placed")
		void on(@org.springframework.messaging.handler.annotation.Payload(required = false) int payload) {
		}

	}

}
