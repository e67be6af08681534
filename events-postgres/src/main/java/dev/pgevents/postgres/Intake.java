package dev.pgevents.postgres;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.dispatch.Dispatcher;
import dev.pgevents.dispatch.HandlerWork;
import dev.pgevents.postgres.listen.ListenerEvents;
import dev.pgevents.postgres.publish.GroupCommit;
import dev.pgevents.postgres.publish.Notification;
import dev.pgevents.postgres.session.Session;
import dev.pgevents.postgres.wire.NotificationReader;
import dev.pgevents.postgres.wire.UnreadableNotificationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what the listening thread tells: makes events of notifications and hands them
 * to the dispatcher, and passes on how the connection is.
 */
final class Intake implements ListenerEvents {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private final NotificationReader reader;

	private final Dispatcher dispatcher;

	private final GroupCommit groupCommit;

	private final StateTracker state;

	private final Consumer<Session> onSession;

	private final AtomicLong unreadable = new AtomicLong();

	private final AtomicBoolean plainPathTold = new AtomicBoolean();

	Intake(NotificationReader reader, Dispatcher dispatcher, GroupCommit groupCommit, StateTracker state,
			Consumer<Session> onSession) {
		this.reader = reader;
		this.dispatcher = dispatcher;
		this.groupCommit = groupCommit;
		this.state = state;
		this.onSession = onSession;
	}

	/** How many notifications could not be read. */
	long unreadable() {
		return this.unreadable.get();
	}

	@Override
	public boolean onNotification(String notification, @Nullable HandlerWork work) {
		try {
			Event event = this.reader.read(notification);
			if (work != null) {
				this.dispatcher.dispatch(event, work);
			}
			else {
				this.dispatcher.dispatch(event);
			}
			return true;
		}
		catch (UnreadableNotificationException ex) {
			logUnreadable(notification.length(), ex);
			return false;
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
		this.onSession.accept(session);
		if (!session.isWakeable() && this.plainPathTold.compareAndSet(false, true)) {
			logger.warn("the connection has a socket factory of its own, which the bus leaves in place: each "
					+ "delivery takes a millisecond more, and under a steady load much more");
		}
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
	public void sendProof(String channel, String text) {
		this.groupCommit.publishAsync(List.of(new Notification(channel, text))).exceptionally((failure) -> {
			logger.debug("the proof of delivery could not be sent", failure);
			return null;
		});
	}

}
