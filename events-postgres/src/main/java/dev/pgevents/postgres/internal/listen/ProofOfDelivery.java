package dev.pgevents.postgres.internal.listen;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Backoff;
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.internal.diagnosis.Deafness.Proof;
import org.jspecify.annotations.Nullable;

/**
 * Proves that what is published arrives: a notification on a channel of its own, sent
 * through the publishing path, must come back, once the session has begun and again
 * whenever the last proof is old. For the listening thread.
 */
final class ProofOfDelivery {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final Backoff backoff;

	private final String channel = "pgevents_proof_" + UUID.randomUUID().toString().replace("-", "");

	private final ProofSender sender;

	private final Ticker ticker;

	private long begun;

	private final Runnable wakeUp;

	/**
	 * The texts that were sent and prove delivery when one of them comes back, and when
	 * each was sent.
	 */
	private final Map<String, Long> texts = new HashMap<>();

	/** Why the last one could not be sent, for whichever thread finds out. */
	private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

	private volatile Proof progress = Proof.WAITING;

	/** Whether the last one was not sent, which need not be waited for. */
	private volatile boolean unsent;

	/** Whether none is under way until the deadline. */
	private boolean resting;

	/** Whether the next one is sent because the last one was not. */
	private boolean retrying;

	private boolean proven;

	/** Whether what was proven is to be proven once more. */
	private boolean renewing;

	private long provenAt;

	private Duration took = Duration.ZERO;

	private boolean overdue;

	private int sent;

	private int failures;

	private long deadline;

	ProofOfDelivery(ProofSender sender, Backoff backoff, Ticker ticker, Runnable wakeUp) {
		this.ticker = ticker;
		this.begun = ticker.nanoTime();
		this.wakeUp = wakeUp;
		this.sender = sender;
		this.backoff = backoff;
	}

	String channel() {
		return this.channel;
	}

	void send() {
		this.resting = false;
		this.deadline = this.ticker.nanoTime() + PATIENCE.toNanos();
		sendNext();
	}

	/**
	 * Proves again what was proven.
	 */
	void renew() {
		this.texts.clear();
		this.renewing = true;
		this.retrying = false;
		this.overdue = false;
		this.failures = 0;
		this.begun = this.ticker.nanoTime();
		send();
	}

	private void sendNext() {
		String text = String.valueOf(++this.sent);
		this.texts.put(text, System.nanoTime());
		this.progress = Proof.WAITING;
		CompletableFuture<Void> sending = this.sender.send(this.channel, text);
		sending.whenComplete((done, ex) -> {
			this.failure.set((ex != null) ? String.valueOf(ex.getMessage()) : null);
			this.progress = (ex != null) ? Proof.NOT_SENT : Proof.SENT;
			if (ex != null) {
				this.unsent = true;
				this.wakeUp.run();
			}
		});
	}

	/** Whether this is a proof that is awaited. */
	boolean arrived(String text) {
		Long begin = this.texts.get(text);
		if (begin == null || !isAwaited()) {
			return false;
		}
		this.proven = true;
		this.renewing = false;
		this.provenAt = this.ticker.nanoTime();
		this.took = Duration.ofNanos(System.nanoTime() - begin);
		return true;
	}

	/** How long the proof that arrived was under way, the wait to be sent included. */
	Duration took() {
		return this.took;
	}

	/** Whether there was a proof in this session. */
	boolean isProven() {
		return this.proven;
	}

	/** Whether a proof is under way, be it the first or another. */
	boolean isAwaited() {
		return !this.proven || this.renewing;
	}

	/** Whether the last proof, if none is under way, is at least so old. */
	boolean isOlderThan(Duration age) {
		return !isAwaited() && this.ticker.nanoTime() - this.provenAt >= age.toNanos();
	}

	/** Whether delivery was found wanting before it was proven. */
	boolean wasOverdue() {
		return this.overdue;
	}

	/** Why the last proof could not be sent, if so. */
	@Nullable String failure() {
		return this.failure.get();
	}

	/** How far the last one got. */
	Proof progress() {
		return this.progress;
	}

	/** Whether none is under way, and the next is due when no time is left. */
	boolean isResting() {
		return this.resting;
	}

	/**
	 * A transaction-pooling pooler passes on what arrives during a statement, and nothing
	 * else: what was sent before the end of one proves nothing there.
	 */
	void statementExecuted(boolean pooled) {
		if (pooled && !this.proven && !this.resting) {
			this.texts.clear();
			sendNext();
		}
	}

	long nanosLeft() {
		if (!isAwaited()) {
			return Long.MAX_VALUE;
		}
		long left = this.deadline - this.ticker.nanoTime();
		if (this.unsent) {
			this.unsent = false;
			this.retrying = true;
			left = Math.min(left, this.backoff.delay(this.failures + 1).toNanos());
			this.deadline = this.ticker.nanoTime() + left;
		}
		return left;
	}

	/**
	 * Nothing came back in time: tries again later.
	 * @return whether that has gone on for so long that delivery is to be doubted
	 */
	boolean missed() {
		boolean doubted = doubted();
		send();
		this.deadline += this.backoff.delay(this.failures).toNanos();
		return doubted;
	}

	/**
	 * The same, where a new one is to be sent by {@link #send()} only, once that time is
	 * over, and none of those before it counts any more.
	 * @return whether delivery is to be doubted
	 */
	boolean missedAndRests() {
		boolean doubted = doubted();
		this.texts.clear();
		this.unsent = false;
		this.resting = true;
		this.deadline = this.ticker.nanoTime() + this.backoff.delay(this.failures).toNanos();
		return doubted;
	}

	/**
	 * Where delivery was proven before, the publishing path tells by itself that nothing
	 * can be sent: only what was sent and does not come back is a reason for doubt.
	 */
	private boolean doubted() {
		boolean late = !this.retrying || this.ticker.nanoTime() - this.begun >= PATIENCE.toNanos();
		this.overdue |= late && (!this.renewing || this.progress == Proof.SENT);
		this.retrying = false;
		this.failures++;
		return this.overdue;
	}

}
