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
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.internal.diagnosis.Deafness;
import dev.pgevents.postgres.internal.diagnosis.Deafness.Proof;
import dev.pgevents.postgres.internal.session.Session;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's life: it LISTENs to what is needed, proves delivery, reads, asks the
 * server at every heartbeat whether its registrations still stand, and proves delivery
 * again when the last proof is old. All statements are executed by the thread that reads,
 * which is woken for them. For one thread at a time.
 */
final class ListeningSession {

	private static final Logger logger = LoggerFactory.getLogger(ListeningSession.class);

	/**
	 * For how many of many events handlers are started at a time: each of those that have
	 * nothing to do would be woken for the first, and again for the next ones.
	 */
	private static final int BATCH = 64;

	/** Of more, a thread of the handler's own takes its share while others are read. */
	private static final int FEW = 32;

	/** How long changes wait where the reading thread cannot be woken. */
	private static final long UNWAKEABLE_WAIT = 100;

	private final String busName;

	private final Session session;

	private final NeededChannels channels;

	private final NotificationRouter router;

	private final ListenerObserver observer;

	private final ProofSender proofSender;

	private final ProofOfDelivery proof;

	private final LeaderFollowers strategy;

	private final Duration heartbeat;

	private final Duration proofAge;

	private final boolean always;

	private final Clock clock;

	private final Ticker ticker;

	private final Registrations registrations;

	/** Channels on which something arrived since the last heartbeat. */
	private final Set<String> active = new HashSet<>();

	private long nextHeartbeat;

	private Instant lastGood;

	private Instant lastProven;

	private volatile boolean changed = true;

	/** Whether what is due has waited for handlers on the leader. */
	private boolean checkOwed;

	/** Whether events may be missing for which the subscriptions have no gap yet. */
	private boolean gapOwed = true;

	/** Whether LISTEN may last behind a pooler, as it does in session mode. */
	private boolean mayLast;

	ListeningSession(String busName, Session session, NeededChannels channels, NotificationRouter router,
			ListenerObserver observer, ProofSender proofSender, Listener.Timing timing, LeaderFollowers strategy,
			Instant lastGood) {
		this.busName = busName;
		this.session = session;
		this.registrations = new Registrations(session);
		this.channels = channels;
		this.router = router;
		this.strategy = strategy;
		this.observer = observer;
		this.proofSender = proofSender;
		this.proof = new ProofOfDelivery(proofSender, timing.backoff(), timing.ticker(), session::wakeUp);
		this.heartbeat = timing.heartbeat();
		this.proofAge = timing.proofAge();
		this.always = timing.always();
		this.clock = timing.clock();
		this.ticker = timing.ticker();
		this.lastGood = lastGood;
		this.lastProven = lastGood;
	}

	/**
	 * Registers all channels; what was live before gets its gap after that commit. Behind
	 * a pooler that waits for the proof.
	 */
	void begin() throws SQLException {
		this.session.onFlood(this::deliver);
		this.changed = false;
		applyChanges();
		this.nextHeartbeat = this.ticker.nanoTime() + this.heartbeat.toNanos();
		this.proof.send();
	}

	/**
	 * Waits for notifications, up to the next thing that is due, and delivers them. Few
	 * may leave handlers to the leader; what is due waits for that.
	 */
	void receive() throws SQLException {
		if (this.checkOwed) {
			this.checkOwed = false;
			check(false);
		}
		if (this.changed) {
			this.changed = false;
			if (applyChanges()) {
				this.proof.statementExecuted(this.session.isPooled());
			}
		}
		PGNotification[] notifications = this.session.awaitNotifications(waitMillis());
		if (notifications.length == 0 || notifications.length > FEW) {
			deliver(notifications);
			check(notifications.length == 0);
		}
		else if (deliverFew(notifications)) {
			this.checkOwed = true;
		}
		else {
			check(false);
		}
	}

	private boolean deliverFew(PGNotification[] notifications) {
		this.strategy.beginFew(notifications.length);
		deliver(notifications);
		return this.strategy.endFew();
	}

	/** While something arrives, the proof may be behind it. */
	private void check(boolean quiet) throws SQLException {
		if (this.nextHeartbeat - this.ticker.nanoTime() <= 0) {
			beat();
			this.proof.statementExecuted(this.session.isPooled());
		}
		if (this.proof.nanosLeft() <= 0) {
			if (this.proof.isProven()) {
				if (quiet) {
					checkRenewed();
				}
			}
			else if (this.session.isPooled()) {
				checkPooled();
			}
			else {
				checkProven();
			}
		}
	}

	private boolean checkProven() {
		Deafness deafness = deafness();
		boolean doubted = this.proof.missed();
		if (doubted) {
			this.observer.onDeaf(deafness.sentence());
		}
		return doubted;
	}

	/** Nobody knows since when nothing came back. */
	private void checkRenewed() {
		if (checkProven()) {
			this.lastGood = earlier(this.lastProven, this.lastGood);
		}
	}

	/** Something has arrived, or the server has answered. */
	private void good() {
		boolean doubted = this.proof.isAwaited() && this.proof.wasOverdue();
		if (!doubted) {
			this.lastGood = this.clock.instant();
		}
	}

	/**
	 * A LISTEN that does not last is left nowhere: the session of the server belongs to
	 * others next, who would get what is notified. Where the proof cannot even be sent,
	 * it may last all the same.
	 */
	private void checkPooled() throws SQLException {
		if (this.proof.isResting()) {
			applyChanges();
			this.proof.send();
			return;
		}
		Deafness deafness = deafness();
		boolean doubted = this.proof.missedAndRests();
		if (deafness.proof() == Proof.SENT) {
			this.mayLast = false;
			this.registrations.withdraw();
			this.gapOwed = true;
		}
		else if (doubted) {
			this.mayLast = true;
			applyChanges();
		}
		if (doubted) {
			this.observer.onDeaf(deafness.sentence());
		}
	}

	/** Whether something is registered of which it is not known that it lasts. */
	boolean leavesTraces() {
		return this.session.isPooled() && !this.proof.isProven();
	}

	/** Leaves nothing registered. */
	void withdraw() {
		try {
			this.registrations.withdraw();
		}
		catch (SQLException ex) {
			logger.debug("{}: a session behind a pooler has ended before its LISTEN was taken back", this.busName, ex);
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
		long nanos = Math.min(this.nextHeartbeat - this.ticker.nanoTime(), this.proof.nanosLeft());
		// 1 ms means a peek to the socket.
		long millis = Math.max(2, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
		return (int) Math.min(this.session.isWakeable() ? Integer.MAX_VALUE : UNWAKEABLE_WAIT, millis);
	}

	private boolean applyChanges() throws SQLException {
		boolean all = !leavesTraces() || this.mayLast;
		Set<String> wanted = all ? new HashSet<>(this.channels.needed()) : new HashSet<>();
		wanted.add(this.proof.channel());
		boolean executed = this.registrations.become(wanted);
		if (all && this.gapOwed) {
			raiseGap();
			this.gapOwed = false;
		}
		for (BusSubscription covered : this.channels.coveredBy(this.registrations.channels())) {
			covered.live();
		}
		return executed;
	}

	private void raiseGap() {
		Instant now = this.clock.instant();
		Gap gap = new Gap(Gap.Reason.RECONNECTED, earlier(this.lastGood, now), now, 0);
		this.lastGood = now;
		for (BusSubscription subscription : this.channels.all()) {
			if (subscription.isLive()) {
				subscription.gap(gap);
			}
		}
	}

	/** A clock may have been set back. */
	private static Instant earlier(Instant one, Instant other) {
		return one.isBefore(other) ? one : other;
	}

	private void deliver(PGNotification[] notifications) {
		if (notifications.length <= FEW) {
			deliver(notifications, 0, notifications.length);
		}
		else {
			for (int start = 0; start < notifications.length; start += BATCH) {
				deliverBatch(notifications, start, Math.min(notifications.length, start + BATCH));
			}
		}
		if (notifications.length > 0) {
			good();
		}
	}

	private void deliverBatch(PGNotification[] notifications, int start, int end) {
		this.router.beginBatch();
		try {
			deliver(notifications, start, end);
		}
		finally {
			this.router.endBatch();
		}
	}

	private void deliver(PGNotification[] notifications, int start, int end) {
		for (int i = start; i < end; i++) {
			PGNotification notification = notifications[i];
			String channel = notification.getName();
			if (channel.equals(this.proof.channel())) {
				proven(notification.getParameter());
			}
			else if (this.channels.isNeeded(channel)) {
				if (this.gapOwed) {
					// Before the statement was answered: a flood, or the end of the
					// session.
					raiseGap();
				}
				this.active.add(channel);
				if (!this.router.route(channel, notification.getParameter(), notification.getPID())) {
					this.channels.raiseUnreadable(channel, this.clock);
				}
			}
		}
	}

	private void proven(String text) {
		if (!this.proof.arrived(text)) {
			return;
		}
		if (this.proof.wasOverdue()) {
			raiseGap();
		}
		this.lastProven = this.clock.instant();
		this.changed = true;
		this.observer.onListening(this.proof.took());
	}

	/**
	 * Skipped where every channel has shown by traffic that it is registered, unless the
	 * session must not be silent.
	 */
	private void beat() throws SQLException {
		Set<String> registered = this.registrations.channels();
		if (this.always || !hasTraffic(registered)) {
			Heartbeat answer = Heartbeat.ask(this.session);
			if (!leavesTraces() && !answer.registered().containsAll(registered)) {
				registerAgain(answer.registered());
			}
			good();
			this.observer.onQueueUsage(answer.queueUsage());
		}
		if (this.proof.isOlderThan(this.proofAge)) {
			this.proof.renew();
		}
		this.active.clear();
		this.nextHeartbeat = this.ticker.nanoTime() + this.heartbeat.toNanos();
	}

	/** On each channel of events; the bus's own are quiet. */
	private boolean hasTraffic(Set<String> registered) {
		Set<String> silent = new HashSet<>(registered);
		silent.remove(this.proof.channel());
		boolean some = !silent.isEmpty();
		silent.removeIf((channel) -> this.active.contains(channel) || this.router.isOwn(channel));
		return some && silent.isEmpty();
	}

	private void registerAgain(Set<String> registered) throws SQLException {
		this.observer.onRegistrationLost();
		// What came before the answer came before what is missing.
		deliverRest();
		this.gapOwed = true;
		this.registrations.retain(registered);
		applyChanges();
	}

	private Deafness deafness() {
		return new Deafness(this.proof.progress(), this.proof.failure(), this.session.isPooled(),
				this.session.processId(), this.proofSender.serverProcess());
	}

}
