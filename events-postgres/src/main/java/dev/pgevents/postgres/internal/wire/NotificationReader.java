package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.time.Clock;

import dev.pgevents.Event;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;

/**
 * Reads notifications leniently: unknown fields are skipped, all but {@code type} may be
 * missing, and of fields with one name the last one counts. The payload stays JSON until
 * a handler asks for it. Any role of the database may send anything, so whatever is odd
 * ends in an {@link UnreadableNotificationException}, never in another failure.
 * Thread-safe.
 */
public final class NotificationReader {

	private final OwnLayout ownLayout;

	private final NotificationParser parser;

	/**
	 * Creates a reader.
	 * @param codec reads payloads when they are asked for
	 * @param clock gives the time of events that come without
	 */
	public NotificationReader(PayloadCodec codec, Clock clock) {
		this.ownLayout = new OwnLayout(codec);
		this.parser = new NotificationParser(codec, clock);
	}

	/** The codec may make more of nothing than null: an empty Optional. */
	static Payload noPayload(PayloadCodec codec) {
		return Payload.ofJson("null", codec);
	}

	/**
	 * Reads a notification.
	 * @param notification what arrived
	 * @return the event
	 * @throws UnreadableNotificationException if it is not of the wire format
	 */
	public Event read(String notification) throws UnreadableNotificationException {
		if (notification.length() > NotificationWriter.MAX_BYTES) {
			throw new UnreadableNotificationException(
					"longer than the " + NotificationWriter.MAX_BYTES + " bytes that PostgreSQL allows", null);
		}
		try {
			Event event = this.ownLayout.read(notification);
			return (event != null) ? event : this.parser.parse(notification);
		}
		catch (IOException ex) {
			throw new UnreadableNotificationException("not JSON, or nested deeper than " + WireJson.NESTING + " levels",
					null);
		}
		catch (RuntimeException ex) {
			throw new UnreadableNotificationException(
					"a field has an invalid value (" + ex.getClass().getSimpleName() + ")", null);
		}
	}

}
