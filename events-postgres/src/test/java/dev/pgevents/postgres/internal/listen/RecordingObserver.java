package dev.pgevents.postgres.internal.listen;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;

/**
 * Keeps what it sees. Thread-safe.
 */
final class RecordingObserver implements ListenerObserver {

	final List<String> seen = new CopyOnWriteArrayList<>();

	@Override
	public void onUnreadable(int length, UnreadableNotificationException reason) {
		this.seen.add("unreadable");
	}

	@Override
	public void onSession(Session session) {
		this.seen.add("session");
	}

	@Override
	public void onConnecting() {
		this.seen.add("connecting");
	}

	@Override
	public void onListening(Duration took) {
		this.seen.add("listening");
	}

	@Override
	public void onDeaf(String reason) {
		this.seen.add("deaf");
	}

	@Override
	public void onLost(Throwable cause) {
		this.seen.add("lost: " + cause.getMessage());
	}

	@Override
	public void onRegistrationLost() {
		this.seen.add("registration lost");
	}

	@Override
	public void onQueueUsage(double usage) {
		this.seen.add("queue");
	}

}
