package dev.pgevents.postgres.listen;

import java.time.Duration;
import java.util.UUID;

import dev.pgevents.Backoff;

/**
 * Proves that what is published arrives: a notification on a channel of its own, sent
 * through the publishing path, must come back. For the listening thread.
 */
final class ProofOfDelivery {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final Backoff backoff;

	private final String channel = "pgevents_proof_" + UUID.randomUUID().toString().replace("-", "");

	private final ListenerEvents events;

	private boolean proven;

	private boolean overdue;

	private int failures;

	private long deadline;

	ProofOfDelivery(ListenerEvents events, Backoff backoff) {
		this.events = events;
		this.backoff = backoff;
	}

	String channel() {
		return this.channel;
	}

	void send() {
		this.deadline = System.nanoTime() + PATIENCE.toNanos();
		this.events.sendProof(this.channel, "{}");
	}

	/** Whether this was the first proof of the session. */
	boolean arrived() {
		boolean first = !this.proven;
		this.proven = true;
		return first;
	}

	boolean isProven() {
		return this.proven;
	}

	/** Whether delivery was found wanting before it was proven. */
	boolean wasOverdue() {
		return this.overdue;
	}

	long nanosLeft() {
		return this.proven ? Long.MAX_VALUE : this.deadline - System.nanoTime();
	}

	/** Nothing came back in time: tries again later. True the first time. */
	boolean missed() {
		boolean first = !this.overdue;
		this.overdue = true;
		this.failures++;
		send();
		this.deadline += this.backoff.delay(this.failures).toNanos();
		return first;
	}

}
