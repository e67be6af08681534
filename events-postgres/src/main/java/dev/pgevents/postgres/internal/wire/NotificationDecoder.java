package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.util.Map;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * Decodes notifications leniently: unknown fields are skipped, all but {@code type} may
 * be missing, and of fields with one name the last one counts. The payload stays JSON
 * until a handler asks for it. Any role of the database may send anything, so whatever is
 * odd ends in an {@link UnreadableNotificationException}, never in another failure.
 * Thread-safe.
 */
public final class NotificationDecoder {

	private final OwnLayoutDecoder ownLayout;

	private final LenientDecoder lenient;

	private final StageDecoder stageDecoder;

	private final Map<String, EventType> stages;

	private final @Nullable NotificationSigner signer;

	/**
	 * Creates a decoder.
	 * @param codec reads payloads when they are asked for
	 * @param clock gives the time of events that come without
	 */
	public NotificationDecoder(PayloadCodec codec, Clock clock) {
		this(codec, clock, null);
	}

	/**
	 * Creates a decoder that refuses what is not signed.
	 * @param codec reads payloads when they are asked for
	 * @param clock gives the time of events that come without
	 * @param signer checks signatures; null to decode notifications without
	 */
	public NotificationDecoder(PayloadCodec codec, Clock clock, @Nullable NotificationSigner signer) {
		this(codec, clock, signer, Map.of());
	}

	/**
	 * Creates a decoder that knows channels of another form.
	 * @param codec reads payloads when they are asked for
	 * @param clock gives the time of events that come without
	 * @param signer checks signatures; null to decode notifications without
	 * @param stages the type of the events on channels whose notifications name none
	 */
	public NotificationDecoder(PayloadCodec codec, Clock clock, @Nullable NotificationSigner signer,
			Map<String, EventType> stages) {
		this.signer = signer;
		this.stages = stages;
		this.stageDecoder = new StageDecoder(codec, clock);
		this.ownLayout = new OwnLayoutDecoder(codec);
		this.lenient = new LenientDecoder(codec, clock);
	}

	/** The codec may make more of nothing than null: an empty Optional. */
	static Payload noPayload(PayloadCodec codec) {
		return Payload.ofJson("null", codec);
	}

	/**
	 * Decodes a notification, having checked its signature where that is wanted.
	 * @param channel its channel
	 * @param notification what arrived
	 * @return the event
	 * @throws RefusedNotificationException if it is not signed as it has to be
	 * @throws UnreadableNotificationException if it is not of the wire format
	 */
	public Event decode(String channel, String notification) throws UnreadableNotificationException {
		String verified = (this.signer != null) ? this.signer.verify(channel, notification) : notification;
		EventType stage = this.stages.get(channel);
		return (stage != null) ? read(verified, (text) -> this.stageDecoder.decode(stage, text)) : decode(verified);
	}

	/**
	 * Decodes a notification that carries no signature, or none any more.
	 * @param notification what arrived
	 * @return the event
	 * @throws UnreadableNotificationException if it is not of the wire format
	 */
	public Event decode(String notification) throws UnreadableNotificationException {
		return read(notification, this::decodeUsual);
	}

	private Event decodeUsual(String notification) throws IOException, UnreadableNotificationException {
		Event event = ofOwnLayout(notification);
		return (event != null) ? event : this.lenient.decode(notification);
	}

	private static Event read(String notification, Reading reading) throws UnreadableNotificationException {
		if (notification.length() > NotificationEncoder.MAX_BYTES) {
			throw new UnreadableNotificationException(
					"longer than the " + NotificationEncoder.MAX_BYTES + " bytes that PostgreSQL allows", null);
		}
		try {
			return reading.read(notification);
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

	private @Nullable Event ofOwnLayout(String notification) {
		try {
			return this.ownLayout.decode(RepeatMark.without(notification));
		}
		catch (IllegalArgumentException | DateTimeException ex) {
			return null; // the lenient one says which field it is
		}
	}

	/** One of the ways to read a notification. */
	@FunctionalInterface
	private interface Reading {

		Event read(String notification) throws IOException, UnreadableNotificationException;

	}

}
