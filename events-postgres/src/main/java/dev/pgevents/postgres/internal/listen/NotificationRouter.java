package dev.pgevents.postgres.internal.listen;

import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.Position;
import dev.pgevents.internal.dispatch.DispatchBatch;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
import org.jspecify.annotations.Nullable;

/**
 * The way of a notification from the connection to the subscriptions: it is decoded, and
 * the dispatcher puts the event into their buffers. For one thread at a time.
 */
public final class NotificationRouter {

	private final NotificationDecoder decoder;

	private final Dispatcher dispatcher;

	private final ListenerObserver observer;

	private final @Nullable RecordedNotifications log;

	private final Detour detour;

	private final DispatchBatch batch;

	private boolean batching;

	private Consumer<String> lost = (channel) -> {
	};

	private @Nullable String ownChannel;

	private Consumer<Event> ownEvents = (event) -> {
	};

	/**
	 * Creates a router.
	 * @param decoder makes events of notifications
	 * @param dispatcher takes the events
	 * @param observer learns of what cannot be decoded
	 * @param log the event log's part, if there is one
	 */
	public NotificationRouter(NotificationDecoder decoder, Dispatcher dispatcher, ListenerObserver observer,
			@Nullable RecordedNotifications log) {
		this.decoder = decoder;
		this.dispatcher = dispatcher;
		this.observer = observer;
		this.log = log;
		this.batch = dispatcher.batch();
		this.detour = new Detour(dispatcher.busName(), dispatcher.threads());
	}

	/** Says which subscriptions get a gap for an event that is lost on a channel. */
	void onLost(Consumer<String> lost) {
		this.lost = lost;
	}

	/**
	 * Keeps the events of a channel for the bus itself. To be called before the first is
	 * routed.
	 * @param channel the channel
	 * @param consumer takes its events, on the thread that reads
	 */
	public void keep(String channel, Consumer<Event> consumer) {
		this.ownChannel = channel;
		this.ownEvents = consumer;
	}

	/** Whether a channel's events are kept for the bus itself. */
	boolean isOwn(String channel) {
		return channel.equals(this.ownChannel);
	}

	/** No handler is started for what is routed, until {@link #endBatch()}. */
	void beginBatch() {
		this.batching = true;
	}

	/** Starts the handlers of what was routed. */
	void endBatch() {
		this.batching = false;
		this.batch.start();
	}

	/**
	 * Routes a notification.
	 * @param channel its channel
	 * @param notification its text
	 * @param process the server's process that has sent it
	 * @return whether it could be decoded
	 */
	boolean route(String channel, String notification, int process) {
		try {
			if (isOwn(channel)) {
				this.ownEvents.accept(this.decoder.decode(channel, notification));
			}
			else if (this.log != null) {
				route(this.log, channel, notification, process);
			}
			else {
				dispatch(this.decoder.decode(channel, notification));
			}
			return true;
		}
		catch (UnreadableNotificationException ex) {
			this.observer.onUnreadable(notification.length(), ex);
			return false;
		}
	}

	private void route(RecordedNotifications log, String channel, String notification, int process)
			throws UnreadableNotificationException {
		RecordedNotifications.Content content = log.decode(channel, notification);
		Event event = content.event();
		Position large = content.large();
		if (event != null) {
			dispatch(channel, event);
			log.arrived(event, process);
		}
		else if (large != null) {
			log.arrived(large);
			if (this.dispatcher.hasListeners()
					&& !this.detour.begin(() -> dispatch(log, channel, notification.length(), large))) {
				this.lost.accept(channel);
			}
		}
	}

	private void dispatch(String channel, Event event) {
		if (!this.detour.isOpen()) {
			dispatch(event);
		}
		else if (!this.detour.begin(() -> this.dispatcher.dispatch(event))) {
			this.lost.accept(channel);
		}
	}

	private void dispatch(Event event) {
		if (this.batching) {
			this.batch.add(event);
		}
		else {
			this.dispatcher.dispatch(event);
		}
	}

	private void dispatch(RecordedNotifications log, String channel, int length, Position position) {
		try {
			this.dispatcher.dispatch(log.read(position));
		}
		catch (UnreadableNotificationException ex) {
			this.observer.onUnreadable(length, ex);
			this.lost.accept(channel);
		}
	}

}
