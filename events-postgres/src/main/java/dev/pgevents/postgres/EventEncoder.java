package dev.pgevents.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.postgres.internal.publish.Notification;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.wire.NotificationSigner;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import dev.pgevents.postgres.internal.wire.RepeatMark;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes notifications of events: finds the channel and writes the text first, marks and
 * signs it when it is about to leave. Thread-safe.
 *
 * <p>
 * Marks are there because PostgreSQL drops a notification that a transaction has sent
 * before, and an event is to arrive as often as it was published. An event that stands in
 * one call for the second time is marked. One that may leave on a connection of the
 * caller's is marked when it is encoded, since it is not known what else is published in
 * its transaction.
 */
final class EventEncoder {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	/** One statement of one transaction never meets another with its mark. */
	private static final int MARKS = 1_000_000;

	private final String busName;

	private final ChannelStrategy channels;

	private final NotificationEncoder encoder;

	private final @Nullable NotificationSigner signer;

	private final @Nullable EventLogSettings log;

	private final AtomicInteger marks = new AtomicInteger();

	EventEncoder(String busName, ChannelStrategy channels, NotificationEncoder encoder,
			@Nullable NotificationSigner signer, @Nullable EventLogSettings log) {
		this.busName = busName;
		this.channels = channels;
		this.encoder = encoder;
		this.signer = signer;
		this.log = log;
	}

	/** Says what the database stores text in. */
	void learnEncoding(Session session) {
		this.encoder.serverEncoding(session.serverEncoding());
	}

	/** Where an event goes. */
	String channelOf(Event event) {
		return ChannelNames.checked(this.channels.channelOf(event));
	}

	EncodedNotification encode(Event event) {
		String channel = channelOf(event);
		if (this.log != null && this.log.records(event)) {
			return new EncodedNotification(event, channel, this.encoder.encode(event, this.log.maxSize()), true);
		}
		return new EncodedNotification(event, channel, this.encoder.encode(event), false);
	}

	/** One that is held, or leaves on a connection of the caller's. */
	EncodedNotification encodeMarked(Event event) {
		if (this.log != null && this.log.records(event)) {
			return encode(event); // its position makes it differ from all others
		}
		String text = this.encoder.encodeMarked(event, nextMark());
		return new EncodedNotification(event, channelOf(event), text, false,
				RepeatMark.isIn(text) ? new AtomicBoolean(true) : null, null);
	}

	/** One of the bus's own, on a channel of its own. */
	Notification own(String channel, Event event) {
		EncodedNotification encoded = new EncodedNotification(event, channel, this.encoder.encode(event), false);
		return notification(encoded, encoded.text());
	}

	/** All or none of them, before anything is sent. */
	List<EncodedNotification> encode(Collection<Event> events) {
		return events.stream().map(this::encode).toList();
	}

	/** The same for those that are held, or leave on a connection of the caller's. */
	List<EncodedNotification> encodeMarked(Collection<Event> events) {
		return events.stream().map(this::encodeMarked).toList();
	}

	/** One that leaves in a transaction of its own, with others than itself. */
	Notification single(Event event) {
		EncodedNotification encoded = encode(event);
		return notification(encoded, encoded.text());
	}

	/** Those of one call, which leave in a transaction that others do not add to. */
	List<Notification> together(Collection<? extends EncodedEvent> events) {
		return notifications(events, 0);
	}

	/** Those of one call, which leave in a transaction that may hold them already. */
	List<Notification> added(Collection<? extends EncodedEvent> events) {
		return notifications(events, nextMark());
	}

	private List<Notification> notifications(Collection<? extends EncodedEvent> events, int mark) {
		if (events.size() == 1) {
			EncodedNotification only = EncodedNotification.of(events.iterator().next());
			return List.of(notification(only, first(only, mark)));
		}
		List<Notification> notifications = new ArrayList<>(events.size());
		Set<UUID> seen = new HashSet<>(events.size() * 2);
		for (EncodedEvent event : events) {
			EncodedNotification encoded = EncodedNotification.of(event);
			boolean again = !encoded.recorded() && !seen.add(event.event().id());
			notifications.add(notification(encoded, again ? marked(encoded) : first(encoded, mark)));
		}
		return notifications;
	}

	/** A mark of its own, or the position of a recorded one, makes it differ already. */
	private String first(EncodedNotification encoded, int mark) {
		if (mark == 0 || encoded.recorded() || encoded.useMark()) {
			return encoded.text();
		}
		String marked = RepeatMark.of(encoded.text(), mark);
		return this.encoder.fits(marked) ? marked : encoded.text();
	}

	private String marked(EncodedNotification encoded) {
		String marked = RepeatMark.of(encoded.text(), nextMark());
		if (!this.encoder.fits(marked)) {
			throw new PayloadTooLargeException(encoded.event().type(), this.encoder.bytes(marked),
					NotificationEncoder.MAX_BYTES);
		}
		return marked;
	}

	private int nextMark() {
		return 1 + Math.floorMod(this.marks.getAndIncrement(), MARKS);
	}

	private Notification notification(EncodedNotification encoded, String text) {
		if (encoded.ready() != null) {
			return encoded.ready();
		}
		if (logger.isDebugEnabled()) {
			logger.debug("{}: publishing {} on channel {}", this.busName, encoded.event(), encoded.channel());
		}
		String signed = (this.signer != null) ? this.signer.sign(encoded.channel(), text) : text;
		return new Notification(encoded.channel(), signed, encoded.event().id(),
				encoded.recorded() ? encoded.event() : null);
	}

}
