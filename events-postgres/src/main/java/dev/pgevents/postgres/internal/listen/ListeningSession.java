package dev.pgevents.postgres.internal.listen;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Gap;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.LeaderFollowers;
import dev.pgevents.postgres.internal.session.Session;
import org.postgresql.PGNotification;

/**
 * One session's life: it LISTENs to what is needed, proves delivery, reads, and asks the
 * server at every heartbeat whether its registrations still stand. All statements are
 * executed by the thread that reads, which is woken for them. For one thread at a time.
 */
final class ListeningSession {

	/** How long changes wait where the reading thread cannot be woken. */
	private static final long UNWAKEABLE_WAIT = 100;

	private final Session session;

	private final NeededChannels channels;

	private final NotificationRouter router;

	private final ListenerObserver observer;

	private final ProofOfDelivery proof;

	private final LeaderFollowers strategy;

	private final Duration heartbeat;

	private final Clock clock;

	private final Set<String> listening = new HashSet<>();

	/** Channels on which something arrived since the last heartbeat. */
	private final Set<String> active = new HashSet<>();

	private long nextHeartbeat;

	private Instant lastGood;

	private volatile boolean changed = true;

	/** Whether events may be missing of which the subscriptions have not been told. */
	private boolean gapOwed = true;

	ListeningSession(Session session, NeededChannels channels, NotificationRouter router, ListenerObserver observer,
			ProofSender proofSender, Listener.Timing timing, LeaderFollowers strategy, Instant lastGood) {
		this.session = session;
		this.channels = channels;
		this.router = router;
		this.strategy = strategy;
		this.observer = observer;
		this.proof = new ProofOfDelivery(proofSender, timing.backoff(), session::wakeUp);
		this.heartbeat = timing.heartbeat();
		this.clock = timing.clock();
		this.lastGood = lastGood;
	}

	/** Registers all channels; what was live before gets its gap after that commit. */
	void begin() throws SQLException {
		this.session.onFlood(this::deliver);
		this.changed = false;
		applyChanges();
		raiseGap();
		this.gapOwed = false;
		goLive();
		this.nextHeartbeat = System.nanoTime() + this.heartbeat.toNanos();
		this.proof.send();
	}

	/**
	 * Waits for notifications, up to the next thing that is due, and delivers them. One
	 * that came alone may leave a handler to the leader; what is due waits for that.
	 */
	void receive() throws SQLException {
		if (this.changed) {
			this.changed = false;
			applyChanges();
			goLive();
			this.proof.statementExecuted(this.session.isPooled());
		}
		PGNotification[] notifications = this.session.awaitNotifications(waitMillis());
		if (notifications.length != 1) {
			deliver(notifications);
			check();
		}
		else if (!deliverAlone(notifications)) {
			check();
		}
	}

	private boolean deliverAlone(PGNotification[] notifications) {
		this.strategy.beginLone();
		deliver(notifications);
		return this.strategy.endLone();
	}

	private void check() throws SQLException {
		if (this.nextHeartbeat - System.nanoTime() <= 0) {
			beat();
			this.proof.statementExecuted(this.session.isPooled());
		}
		if (this.proof.nanosLeft() <= 0) {
			if (this.proof.missed()) {
				this.observer.onDeaf(whyDeaf());
			}
		}
	}

	/** Delivers what had arrived before the session broke. */
	void deliverRest() {
		deliver(this.session.remainingNotifications());
	}

	boolean isProven() {
		return this.proof.isProven();
	}

	Instant lastGood() {
		return this.lastGood;
	}

	/** The needed channels have changed. For any thread. */
	void channelsChanged() {
		this.changed = true;
		this.session.wakeUp();
	}

	private int waitMillis() {
		long nanos = Math.min(this.nextHeartbeat - System.nanoTime(), this.proof.nanosLeft());
		// 1 ms means a peek to the socket.
		long millis = Math.max(2, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
		return (int) Math.min(this.session.isWakeable() ? Integer.MAX_VALUE : UNWAKEABLE_WAIT, millis);
	}

	private void applyChanges() throws SQLException {
		Set<String> wanted = new HashSet<>(this.channels.needed());
		if (!this.proof.isProven()) {
			wanted.add(this.proof.channel());
		}
		StringBuilder sql = new StringBuilder();
		wanted.stream().filter((channel) -> !this.listening.contains(channel)).forEach((channel) -> {
			sql.append("LISTEN ").append(quoted(channel)).append(';');
		});
		this.listening.stream().filter((channel) -> !wanted.contains(channel)).forEach((channel) -> {
			sql.append("UNLISTEN ").append(quoted(channel)).append(';');
		});
		if (sql.length() > 0) {
			this.session.execute(sql.toString());
		}
		this.listening.clear();
		this.listening.addAll(wanted);
	}

	private void goLive() {
		this.channels.coveredBy(this.listening).forEach(BusSubscription::live);
	}

	private void raiseGap() {
		Instant now = this.clock.instant();
		Gap gap = new Gap(Gap.Reason.RECONNECTED, earlier(this.lastGood, now), now, 0);
		this.lastGood = now;
		this.channels.all().stream().filter(BusSubscription::isLive).forEach((subscription) -> subscription.gap(gap));
	}

	/** A clock may have been set back. */
	private static Instant earlier(Instant one, Instant other) {
		return one.isBefore(other) ? one : other;
	}

	private void deliver(PGNotification[] notifications) {
		if (this.gapOwed && notifications.length > 0) {
			// Before its statement was answered: a flood, or the end of the session.
			raiseGap();
		}
		for (PGNotification notification : notifications) {
			String channel = notification.getName();
			if (channel.equals(this.proof.channel())) {
				proven(notification.getParameter());
			}
			else if (this.channels.isNeeded(channel)) {
				this.active.add(channel);
				if (!this.router.route(channel, notification.getParameter())) {
					raiseUnreadable(channel);
				}
			}
		}
		if (notifications.length > 0) {
			this.lastGood = this.clock.instant();
		}
	}

	private void proven(String text) {
		if (!this.proof.arrived(text)) {
			return;
		}
		if (this.proof.wasOverdue()) {
			raiseGap();
		}
		this.changed = true;
		this.observer.onListening();
	}

	private void raiseUnreadable(String channel) {
		Instant now = this.clock.instant();
		Gap gap = new Gap(Gap.Reason.UNREADABLE, now, now, 1);
		this.channels.subscriptionsOf(channel).forEach((subscription) -> subscription.gap(gap));
	}

	/** Skipped where every channel has shown by traffic that it is registered. */
	private void beat() throws SQLException {
		if (this.listening.isEmpty() || !this.active.containsAll(this.listening)) {
			Heartbeat answer = Heartbeat.ask(this.session);
			if (!answer.registered().containsAll(this.listening)) {
				registerAgain(answer.registered());
			}
			this.lastGood = this.clock.instant();
			this.observer.onQueueUsage(answer.queueUsage());
		}
		this.active.clear();
		this.nextHeartbeat = System.nanoTime() + this.heartbeat.toNanos();
	}

	private void registerAgain(Set<String> registered) throws SQLException {
		this.observer.onRegistrationLost();
		// What came before the answer came before what is missing.
		deliverRest();
		this.gapOwed = true;
		this.listening.retainAll(registered);
		applyChanges();
		raiseGap();
		this.gapOwed = false;
	}

	private String whyDeaf() {
		String failure = this.proof.failure();
		if (failure != null) {
			return "the notification that is to prove delivery could not be sent: " + failure;
		}
		if (this.session.isPooled()) {
			return "the listening connection goes through a pooler (pgbouncer or the like), where LISTEN does not "
					+ "last in transaction mode: give the bus a URL of the server itself (in Spring Boot: "
					+ "events.postgres.url)";
		}
		return "a notification sent through the publishing path did not come back: either it is waiting to be sent, or "
				+ "publishing goes to another database or server than listening. Give both the same URL of the primary "
				+ "itself (in Spring Boot: events.postgres.url)";
	}

	private static String quoted(String channel) {
		return '"' + channel.replace("\"", "\"\"") + '"';
	}

}
