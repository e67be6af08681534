package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.messaging.Message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Which events a handler gets that only names its payload.
 */
class InferredTypesTests extends PayloadTest {

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

	static class OfOptional {

		@OnDomainEvent
		void on(Optional<Placed> payload) {
			received.add(payload);
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

	static class AnyObject {

		@OnDomainEvent
		void on(Object payload) {
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

}
