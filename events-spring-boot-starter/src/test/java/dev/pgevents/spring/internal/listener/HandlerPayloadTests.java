package dev.pgevents.spring.internal.listener;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.Publisher;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What handlers may take of a payload.
 */
class HandlerPayloadTests extends PayloadTest {

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

	static class OfDeduced {

		@OnDomainEvent
		void on(Paid payload) {
			received.add(payload);
		}

	}

}
