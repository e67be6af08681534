package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.internal.payload.PayloadClasses;
import dev.pgevents.spring.internal.payload.PayloadReading;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.support.GenericApplicationContext;
import org.springframework.messaging.Message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is known of a condition before there is an event.
 */
class ConditionCheckTests {

	private static final String ORDER = """
			{"id":7,"status":"PAID","paid":true,"placed":"2026-01-19T10:00:00Z","grade":"A",
			"customer":{"name":"a"},"lines":[{"amount":5}],"note":"n","extra":{"x":"y"}}""";

	private final GenericApplicationContext beans = new GenericApplicationContext();

	private final PayloadReading reading = new PayloadReading(new JacksonPayloadCodec(), new PayloadClasses(this.beans),
			List::of);

	ConditionCheckTests() {
		this.beans.registerBean("handler", Handlers.class);
		this.beans.registerBean("limits", Limits.class);
		this.beans.refresh();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					placed  | #order.idd > 3                         | Order has no idd                | customer, extra, grade, id
					placed  | #payload.idd > 3                       | Order has no idd                | customer, extra, grade, id
					placed  | #a1.customer.nmae == 'a'               | Customer has no nmae            | it has: name
					placed  | #order?.customer?.nmae == 'a'          | Customer has no nmae            | it has: name
					placed  | #root.payload.idd > 3                  | Order has no idd                | id
					placed  | id > 3                                 | #root has no id                 | #payload.…
					placed  | isLarge(#order)                        | #root has no method isLarge(#order) | getPayload()
					placed  | #event.typ != null                     | Event has no typ                | type
					placed  | #event.payload.id > 3                  | Payload has no id               | empty
					placed  | #event.headers.test == 'x'             | Map<java.lang.String, java.lang.String> has no test | ['…']
					placed  | #order.idd() > 3                       | no method idd()                 | customer()
					placed  | #order.id(1) > 3                       | no method id(1)                 | as many arguments
					placed  | !#order.id.isLarge                     | long has no isLarge             |
					placed  | #event.headers['x'] == #order.idd      | Order has no idd                |
					placed  | #event.headers[#order.idd] == 'y'      | Order has no idd                |
					placed  | @limits.isLarge(#order.idd)            | Order has no idd                |
					placed  | {1, 2}.contains(#order.idd)            | Order has no idd                |
					placed  | #order.lines.?[#order.idd > 3] != null | Order has no idd                |
					placed  | true ? #order.idd > 1 : false          | Order has no idd                |
					placed  | #ordr.id > 3                           | there is no #ordr               | #event, #payload, #a0, #p0, #app, #a1, #p1, #order, #root
					placed  | #a2 != null                            | there is no #a2                 |
					placed  | #isLarge(#order)                       | there is no function #isLarge(#order) | @limits.isLarge(#event)
					placed  | @limts.isLarge(#order)                 | there is no bean "limts"        | Correct the bean's name
					placed  | T(no.Such).isLarge(#order)             | there is no T(no.Such)          | package included
					placed  | #order.id                              | #order.id is a java.lang.Long, neither true nor false | Compare it with something
					placed  | #order                                 | Order, neither true nor false   |
					placed  | 'perhaps'                              | 'perhaps' is a java.lang.String, neither | Compare it
					placed  | 3                                      | 3 is a java.lang.Integer, neither |
					placed  | #order.paid and #order.id              | #order.id is a java.lang.Long   |
					placed  | #order.customer or true                | #order.customer is a            |
					placed  | #order.id ? true : false               | #order.id is a java.lang.Long   |
					placed  | #event.type == 'order.placed'          | EventType is never equal to a java.lang.String | #event.type.value == 'order.placed'
					placed  | #order.status == 'PAID'                | Status is never equal to a java.lang.String | .name() == 'PAID'
					placed  | 'PAID' != #order.status                | String is never equal to a      |
					placed  | #order.grade == 'A'                    | Character is never equal to a java.lang.String |
					placed  | #order.paid == 'true'                  | Boolean is never equal to       |
					placed  | #order.note == 'n'                     | Optional is never equal to      |
					placed  | #order.placed > '2026-01-19T10:00:00Z' | java.time.Instant cannot be compared with a java.lang.String |
					message | #message.payload.idd > 3               | Order has no idd                |
					named   | #named.nmae == 'a'                     | Named has no nmae               | it has: name
					names   | #payload.get().nmae == 'a'             | Named has no nmae               |
					text    | #text.id > 3                           | java.lang.String has no id      |
					map     | #map.id > 3                            | has no id                       | ['…']
					type    | #type == 'order.placed'                | EventType is never equal to a   |
					""")
	void refusesWhatCannotWorkForAnyEvent(String method, String condition, String problem, @Nullable String action) {
		assertThatExceptionOfType(EventsConfigurationException.class).isThrownBy(() -> condition(method, condition))
			.satisfies((refusal) -> {
				assertThat(refusal.description()).contains(
						"@OnDomainEvent method " + Handlers.class.getName() + "." + method,
						"condition is \"" + condition + "\", and ", problem);
				assertThat(refusal.action()).contains((action != null) ? action : "");
			});
	}

	/** Each is evaluated, too: what is accepted is not refused by the event. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			placed   | #order.id > 3 and #order.id() < 8 && #order.paid
			placed   | #order.paid
			placed   | #order.id == 7 and #order.id < 7.5 and #order.id != null
			placed   | #order.status.name() == 'PAID'
			placed   | #order.status == T(dev.pgevents.spring.internal.listener.ConditionCheckTests$Status).PAID
			placed   | #order.customer.name matches 'a.*' and #order.id between {1, 8}
			placed   | #order.customer instanceof T(Object)
			placed   | #order.lines.?[amount > 3].size() > 0
			placed   | #order.lines.![amount].contains(5)
			placed   | #order.lines.?[#this.amount > 3 and #order.id > 3][0].amount == 5
			placed   | #order.lines[0].amount > 3
			placed   | #order['id'] > 3
			placed   | #order.extra[x] == 'y'
			placed   | {a: 1}[a] == 1
			placed   | #order.extra.size() == 1 and !#order.extra.empty
			placed   | #order.note.get() == 'n' and #order.note.present
			placed   | #order?.customer?.name?.length() == 1
			placed   | (#order.customer?.name ?: 'none') == 'a'
			placed   | #order.class.simpleName == 'Order'
			placed   | #order.placed > T(java.time.Instant).EPOCH
			placed   | #event.timestamp.isAfter(#order.placed)
			placed   | #event.type.value == 'order.placed' and event.appId == '1' and payload.id > 3
			placed   | #root.args.length == 2 and #root.args[1].id > 3
			placed   | @limits.isLarge(#order) and @limits.least == 3
			placed   | @environment != null
			placed   | T(java.util.Objects).hash(1, 2, #order.id) != 0
			placed   | new java.math.BigDecimal(#order.id).signum() > 0
			placed   | #order.customer.initials('x', 'y') == 'xy'
			placed   | #order.id > 3 ? 'true' : false
			placed   | 'true'
			placed   | true
			placed   | #app == '1' and #app.length() == 1
			placed   | #order.total == #order.id
			message  | #message.payload.id > 3 and #message.headers.id != null
			any      | #any['id'] > 3 and #payload.size() > 3
			node     | #node.path('id').asInt() > 3 and #node.object
			object   | #object.path('id').asInt() > 3
			map      | #map['id'] > 3 and #map.size() > 3
			text     | #text.contains('PAID')
			delivery | #delivery.type.value == 'order.placed'
			shape    | #shape.width == 3
			tagged   | #tagged.width == 3
			payload  | #body.as(T(java.util.Map))['id'] == 7
			""")
	void acceptsWhatMayWork(String method, String condition) {
		String json = List.of("shape", "tagged").contains(method) ? "{\"kind\":\"square\",\"width\":3}" : ORDER;
		Event event = Event.of(EventType.of(method.equals("shape") ? "shape.square" : "order.placed"), "1",
				Payload.ofJson(json, this.reading.codec()));
		HandlerArguments arguments = arguments(method);
		arguments.types(new String[] { event.type().value() });
		assertThat(condition(method, condition).isTrue(event, arguments.resolve(event))).isTrue();
	}

	@Test
	void leavesToTheEventWhatSubclassesMayHave() {
		condition("shape", "#shape.anything == 3");
		condition("tagged", "#tagged.anything == 3");
		condition("node", "#node.anything == 3");
		condition("any", "#any.anything == 3");
		condition("untyped", "#payload.anything == 3");
		condition("message", "#message.anything == 3");
		condition("placed", "@limits.anything and #order.open.anything == 3 and #order.lines.?[anything == 3] != null");
	}

	private EventCondition condition(String method, String text) {
		return new EventCondition(method(method), arguments(method), this.beans, text);
	}

	private HandlerArguments arguments(String method) {
		return HandlerArguments.of(method(method), this.reading);
	}

	private BeanMethod method(String name) {
		Method method = Arrays.stream(Handlers.class.getDeclaredMethods())
			.filter((each) -> each.getName().equals(name))
			.findFirst()
			.orElseThrow();
		return new BeanMethod(this.beans, "handler", Handlers.class, method);
	}

	enum Status {

		PAID {

			@Override
			public String toString() {
				return "paid";
			}

		}

	}

	public record Customer(String name) {

		public String initials(String... letters) {
			return String.join("", letters);
		}

	}

	public record Line(int amount) {

	}

	@DomainEvent("order.placed")
	public record Order(long id, Status status, boolean paid, Instant placed, char grade, Customer customer,
			List<Line> lines, Optional<String> note, Map<String, Object> extra) {

		public Number getTotal() {
			return 7;
		}

		public @Nullable Object getOpen() {
			return null;
		}

	}

	/** Not final, and read as nothing else. */
	public static class Named {

		private String name = "";

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	public interface Shape {

	}

	@DomainEvent("shape.square")
	public record Square(int width) implements Shape {

	}

	@DomainEvent("shape.point")
	public record Point(int x) implements Shape {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes(@JsonSubTypes.Type(value = WideTagged.class, name = "square"))
	public static class Tagged {

	}

	public static class WideTagged extends Tagged {

		public int width;

	}

	static class Limits {

		public final int least = 3;

		public boolean isLarge(Order order) {
			return order.id() > this.least;
		}

	}

	@SuppressWarnings("unused")
	static class Handlers {

		void placed(@AppId String app, Order order) {
		}

		void message(Message<Order> message) {
		}

		void named(Named named) {
		}

		void names(Optional<Named> names) {
		}

		void any(Object any) {
		}

		void untyped(Event event) {
		}

		void node(JsonNode node) {
		}

		void object(ObjectNode object) {
		}

		void map(Map<String, Object> map) {
		}

		void text(String text) {
		}

		void type(Order order, EventType type) {
		}

		void delivery(Delivery delivery) {
		}

		void shape(Shape shape) {
		}

		void tagged(Tagged tagged) {
		}

		void payload(Payload body) {
		}

	}

}
