package dev.pgevents.internal.group;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A change of an {@link Assignment} that a thread makes under its lock. Whoever has one
 * holds the lock: methods that need it ask for one. What follows from the change is
 * gathered, and done once the lock is let go of. For one thread.
 */
final class Change implements AutoCloseable {

	private final ReentrantLock lock;

	private final Effects effects;

	private final List<Runnable> offers = new ArrayList<>(1);

	private boolean work;

	private boolean lookSoon;

	private boolean acknowledgeSoon;

	private Change(ReentrantLock lock, Effects effects) {
		this.lock = lock;
		this.effects = effects;
	}

	/** Takes the lock. */
	static Change begin(ReentrantLock lock, Effects effects) {
		if (lock.isHeldByCurrentThread()) {
			throw new IllegalStateException("one change within another: what follows would be done under the lock");
		}
		Change change = new Change(lock, effects);
		lock.lock();
		return change;
	}

	/** The store's task has something to do. */
	void work() {
		this.work = true;
	}

	/** Owners of other partitions may be gone. */
	void lookSoon() {
		this.lookSoon = true;
	}

	/** Cursors are to be moved before long. */
	void acknowledgeSoon() {
		this.acknowledgeSoon = true;
	}

	/** A handler is to be called. */
	void offer(Member member, InHand inHand) {
		this.offers.add(() -> this.effects.offer(member, inHand.event()));
	}

	@Override
	public void close() {
		this.lock.unlock();
		if (this.work) {
			this.effects.work();
		}
		if (this.lookSoon) {
			this.effects.lookSoon();
		}
		if (this.acknowledgeSoon) {
			this.effects.acknowledgeSoon();
		}
		this.offers.forEach(Runnable::run);
	}

}
