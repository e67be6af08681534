package dev.pgevents.internal.dispatch;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The workers of a subscription that have something in hand. Adding and removing one
 * takes the same time however many there are. For the thread that has the subscription's
 * lock.
 */
final class BusyWorkers {

	static final int NOWHERE = -1;

	private @Nullable Worker[] workers = new Worker[1];

	private int count;

	void add(Worker worker) {
		if (this.count == this.workers.length) {
			this.workers = Arrays.copyOf(this.workers, 2 * this.count);
		}
		worker.place = this.count;
		this.workers[this.count++] = worker;
	}

	/** Removes one, if it is there. */
	void remove(Worker worker) {
		int place = worker.place;
		if (place == NOWHERE) {
			return;
		}
		this.count--;
		Worker last = Objects.requireNonNull(this.workers[this.count]);
		this.workers[place] = last;
		last.place = place;
		this.workers[this.count] = null;
		worker.place = NOWHERE;
	}

	boolean isEmpty() {
		return this.count == 0;
	}

	/** A copy, which needs no lock. */
	List<Worker> list() {
		return Arrays.stream(this.workers, 0, this.count).map(Objects::requireNonNull).toList();
	}

}
