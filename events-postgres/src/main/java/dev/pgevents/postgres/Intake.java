package dev.pgevents.postgres;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.dispatch.HandlerWork;
import dev.pgevents.postgres.internal.listen.ListenerEvents;
import dev.pgevents.postgres.internal.publish.GroupCommit;
import dev.pgevents.postgres.internal.publish.Notification;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.internal.wire.NotificationSigner;
import dev.pgevents.postgres.internal.wire.RefusedNotificationException;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what the listening thread tells: makes events of notifications and hands them
 * to the dispatcher, and passes on how the connection is.
 */
final class Intake implements ListenerEvents {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private final @Nullable NotificationSigner signer;

	/** PostgreSQL itself begins to warn at this usage of the queue. */
	private static final double FILLING = 0.5;

	private final NotificationDecoder decoder;

	private final Dispatcher dispatcher;

	private final GroupCommit groupCommit;

	private final StateTracker state;

	private final Consumer<Session> onSession;

	/** Those not refused. */
	private final AtomicLong unreadable = new AtomicLong();

	private final AtomicLong refused = new AtomicLong();

	private final AtomicBoolean plainPathTold = new AtomicBoolean();

	/** For the listening thread, as all that is told here. */
	private boolean queueFilling;

	Intake(@Nullable NotificationSigner signer, NotificationDecoder decoder, Dispatcher dispatcher,
			GroupCommit groupCommit, StateTracker state, Consumer<Session> onSession) {
		this.signer = signer;
		this.decoder = decoder;
		this.dispatcher = dispatcher;
		this.groupCommit = groupCommit;
		this.state = state;
		this.onSession = onSession;
	}

	/** How many notifications could not be read, those refused among them. */
	long unreadable() {
		return this.unreadable.get() + this.refused.get();
	}

	/** How many notifications were not signed as they have to be. */
	long refused() {
		return this.refused.get();
	}

	@Override
	public boolean onNotification(String channel, String notification, @Nullable HandlerWork work) {
		try {
			String text = (this.signer != null) ? this.signer.verify(channel, notification) : notification;
			Event event = this.decoder.decode(text);
			if (work != null) {
				this.dispatcher.dispatch(event, work);
			}
			else {
				this.dispatcher.dispatch(event);
			}
			return true;
		}
		catch (RefusedNotificationException ex) {
			logRefused(notification.length(), ex);
			return false;
		}
		catch (UnreadableNotificationException ex) {
			logUnreadable(notification.length(), ex);
			return false;
		}
	}

	private void logRefused(int length, RefusedNotificationException ex) {
		long count = this.refused.incrementAndGet();
		if (Long.bitCount(count) == 1) {
			logger.warn("a notification of {} characters was refused: {}; {} by now, subscriptions are told of the "
					+ "gap. Either a service does not sign, or with a key that is not accepted here (in Spring Boot: "
					+ "events.security.signing-key), or somebody else uses the channel", length, ex.getMessage(),
					count);
		}
	}

	private void logUnreadable(int length, UnreadableNotificationException ex) {
		long count = this.unreadable.incrementAndGet();
		if (Long.bitCount(count) == 1) {
			logger.warn("a notification of {} characters cannot be read: {}; {} by now, subscriptions are told of "
					+ "the gap", length, ex.getMessage(), count);
		}
	}

	@Override
	public void onSession(Session session) {
		this.state.connected();
		this.onSession.accept(session);
		if (!session.isWakeable() && this.plainPathTold.compareAndSet(false, true)) {
			logger.warn(
					"the listening connection {}, which the bus leaves in place: each delivery takes a millisecond "
							+ "more, and under a steady load much more",
					session.isLent()
							? "was lent by a DataSource that does not tell where it goes (see ConnectionSource.url)"
							: "has a socket factory of its own");
		}
	}

	@Override
	public void onRegistrationLost() {
		logger
			.warn("the server had forgotten that the bus listens: UNLISTEN or DISCARD was executed on its connection. "
					+ "It listens again, subscriptions are told of the gap");
	}

	@Override
	public void onQueueUsage(double usage) {
		boolean filling = usage >= FILLING;
		if (filling && !this.queueFilling) {
			logger.warn("the server's notification queue is {} % full; once it is full every NOTIFY fails. A session "
					+ "that listens is sitting in a long transaction, or does not read what it is sent, see "
					+ "pg_stat_activity", Math.round(usage * 100));
		}
		else if (!filling && this.queueFilling) {
			logger.info("the server's notification queue is {} % full again", Math.round(usage * 100));
		}
		this.queueFilling = filling;
	}

	@Override
	public void onConnecting() {
		this.state.connecting();
	}

	@Override
	public void onListening() {
		this.state.listening();
	}

	@Override
	public void onDeaf(String reason) {
		this.state.deaf(reason);
	}

	@Override
	public void onLost(Throwable cause) {
		this.state.lost(cause);
	}

	@Override
	public CompletableFuture<Void> sendProof(String channel, String text) {
		return this.groupCommit.publishOwn(new Notification(channel, text));
	}

}
