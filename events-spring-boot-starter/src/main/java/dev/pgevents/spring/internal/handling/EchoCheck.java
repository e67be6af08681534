package dev.pgevents.spring.internal.handling;

import java.util.Objects;

import dev.pgevents.Event;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;

/**
 * Finds what would be handled in the same way as the event in hand.
 *
 * @param codec how payloads become JSON
 */
record EchoCheck(PayloadCodec codec) {

	/** Refuses an event that equals the one that this thread is handling. */
	void check(Event event) {
		Event inHand = EventInHand.current();
		if (inHand != null && inHand.type().equals(event.type()) && isEqual(inHand, event)) {
			throw new IllegalStateException("event " + event.type() + " is not published: this thread is handling "
					+ inHand + ", which has the same type and an equal payload, so that the handler would be called "
					+ "with it again, without end. Publish an event of another type, or nothing: every instance has "
					+ "received this one");
		}
	}

	/** Where there is no payload, the app id is what the event says. */
	private boolean isEqual(Event inHand, Event event) {
		if (inHand.payload().isEmpty() || event.payload().isEmpty()) {
			return inHand.payload().isEmpty() && event.payload().isEmpty()
					&& Objects.equals(inHand.appId(), event.appId());
		}
		String received = inHand.payload().toJson(this.codec);
		String published = event.payload().toJson(this.codec);
		return received.equals(published) || isSameTree(received, published);
	}

	/** Others may write the fields in another order. */
	private boolean isSameTree(String one, String other) {
		try {
			return Objects.equals(this.codec.fromJson(one, Object.class), this.codec.fromJson(other, Object.class));
		}
		catch (PayloadConversionException ex) {
			return false;
		}
	}

}
