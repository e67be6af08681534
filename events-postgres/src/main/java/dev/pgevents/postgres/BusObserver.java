package dev.pgevents.postgres;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import dev.pgevents.postgres.internal.diagnosis.LostConnection;
import dev.pgevents.postgres.internal.listen.ListenerObserver;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a bus makes of what its listener reports: states, counts and log lines.
 */
final class BusObserver implements ListenerObserver {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private final String busName;

	private final StateTracker state;

	private final UnreadableNotifications unreadable;

	private final QueueUsage queueUsage;

	private final Consumer<Session> onSession;

	private final AtomicBoolean plainPathLogged = new AtomicBoolean();

	/**
	 * Whether the last connection was lent, by a pool for example; for the thread that
	 * reads.
	 */
	private boolean lent;

	BusObserver(String busName, StateTracker state, UnreadableNotifications unreadable, Consumer<Session> onSession) {
		this.busName = busName;
		this.state = state;
		this.unreadable = unreadable;
		this.queueUsage = new QueueUsage(busName);
		this.onSession = onSession;
	}

	@Override
	public void onUnreadable(int length, UnreadableNotificationException reason) {
		this.unreadable.add(length, reason);
	}

	@Override
	public void onSession(Session session) {
		this.lent = session.isLent();
		this.state.connected();
		this.state.server(session.serverVersion());
		this.onSession.accept(session);
		if (!session.isWakeable() && this.plainPathLogged.compareAndSet(false, true)) {
			logger.warn(
					"{}: the listening connection {}, which the bus leaves in place: each delivery takes a millisecond "
							+ "more, and under a steady load much more",
					this.busName,
					session.isLent() ? "was wrapped or lent by its ConnectionSource (see ConnectionSource.url)"
							: "has a socket factory of its own");
		}
	}

	@Override
	public void onRegistrationLost() {
		logger
			.warn("{}: the server did not know any more that the bus listens: UNLISTEN or DISCARD was executed on its "
					+ "connection, or a pooler has given it another session of the server. It listens again, subscriptions "
					+ "get the gap", this.busName);
	}

	@Override
	public void onQueueUsage(double usage) {
		this.queueUsage.is(usage);
	}

	@Override
	public void onConnecting() {
		this.state.connecting();
	}

	@Override
	public void onListening(Duration took) {
		this.state.proven(took);
	}

	@Override
	public void onDeaf(String reason) {
		this.state.deaf(reason);
	}

	@Override
	public void onLost(Throwable cause) {
		this.state.lost(LostConnection.named(cause, this.lent));
	}

}
