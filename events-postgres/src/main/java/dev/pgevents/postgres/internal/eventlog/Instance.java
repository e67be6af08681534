package dev.pgevents.postgres.internal.eventlog;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

import dev.pgevents.postgres.internal.session.Session;

/**
 * This process as an owner of partitions: a number for each listening session, which
 * holds an advisory lock for as long as it lives. A process that does not find the lock
 * knows that the owner is gone. Numbers are drawn by lot, since a sequence may go back
 * when a standby takes over. Thread-safe.
 */
final class Instance {

	/** The lowest number: partitions have lower ones, and locks of the same kind. */
	static final int FIRST = 1_000_000;

	private final LogNames names;

	private final List<Integer> past = new CopyOnWriteArrayList<>();

	private volatile int current;

	Instance(LogNames names) {
		this.names = names;
	}

	/** Takes a number for a new session. */
	void begin(Session session) throws SQLException {
		end();
		int number = draw();
		while (!session.query("SELECT pg_catalog.pg_try_advisory_lock(" + this.names.lock() + ", " + number + ")")
			.equals("t")) {
			number = draw();
		}
		this.current = number;
	}

	private int draw() {
		int number;
		do {
			number = ThreadLocalRandom.current().nextInt(FIRST, Integer.MAX_VALUE);
		}
		while (this.past.contains(number));
		return number;
	}

	/** The session is gone; the server may not have noticed. */
	void end() {
		if (this.current != 0) {
			this.past.add(this.current);
		}
		this.current = 0;
	}

	/** The number of the session there is now, 0 if there is none. */
	int current() {
		return this.current;
	}

	/** The numbers of sessions there were. */
	Integer[] past() {
		return this.past.toArray(Integer[]::new);
	}

}
