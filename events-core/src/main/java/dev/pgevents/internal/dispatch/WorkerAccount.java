package dev.pgevents.internal.dispatch;

/**
 * How many workers a subscription has, those among them that have to be started, and
 * whether there was no thread for one. For the thread that has the subscription's lock,
 * but for what says otherwise.
 */
final class WorkerAccount {

	private final int concurrency;

	/** Those that run, those that were started, and those to be started. */
	private int workers;

	/** Those to be started; written with the lock held. */
	private volatile int wanted;

	private boolean starved;

	WorkerAccount(int concurrency) {
		this.concurrency = concurrency;
	}

	/** Whether another worker may be wanted. */
	boolean hasRoom() {
		return this.workers < this.concurrency;
	}

	/** The calling thread is going to start another worker. */
	void claimNew() {
		this.workers++;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
	void want() {
		this.workers++;
		this.wanted++;
	}

	/**
	 * Whether there may be a worker to start. For any thread: it sees at least what it
	 * has wanted itself, and under load spares itself the lock.
	 */
	boolean isWanted() {
		return this.wanted > 0;
	}

	/** Whether the calling thread is the one to start a worker that is wanted. */
	@SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
	boolean claim() {
		boolean claimed = this.wanted > 0;
		if (claimed) {
			this.wanted--;
		}
		return claimed;
	}

	/** A worker takes from the buffer. */
	void working() {
		this.starved = false;
	}

	/** A worker has ended. */
	void ended() {
		this.workers--;
	}

	/** There was no thread for a worker; true the first time in a row. */
	boolean starved() {
		this.workers--;
		boolean first = !this.starved;
		this.starved = true;
		return first;
	}

	boolean isStarved() {
		return this.starved;
	}

}
