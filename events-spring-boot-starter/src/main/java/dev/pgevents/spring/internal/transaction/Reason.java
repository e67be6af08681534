package dev.pgevents.spring.internal.transaction;

import java.util.EnumSet;
import java.util.Set;

import org.slf4j.Logger;

/**
 * Why events do not leave with the commit although they are to. Each is logged once.
 */
enum Reason {

	OTHER_TRANSACTION("events are being published in a transaction that is not of the bus's DataSource: they leave "
			+ "after its commit, and are lost if the process dies in between, of which @SyncOnDomainEvent methods "
			+ "find out. To have them leave with a commit, publish in a transaction of the bus's DataSource"),

	JTA("events are being published in a transaction of JTA: they leave after the commit of the whole, and are lost if "
			+ "the process dies in between, of which @SyncOnDomainEvent methods find out. They cannot leave with it: "
			+ "PostgreSQL prepares no transaction that has notified. events.publisher.mode=after-commit says that "
			+ "this is meant"),

	UNKNOWN_TRANSACTION("events are being published in a transaction whose begin Spring did not announce, since its "
			+ "manager is no bean or it was begun elsewhere: they leave after its commit, and are lost if the process "
			+ "dies in between. Make the transaction manager a bean"),

	OTHER_DATABASE("events are being published in a transaction that was routed to another database than the one the "
			+ "bus listens to: they leave through the bus after its commit, and are lost if the process dies in "
			+ "between, of which @SyncOnDomainEvent methods find out. To have them leave with a commit, publish in "
			+ "a transaction that is routed to the bus's database (see events.postgres.url)"),

	NOBODY_COMMITS("events are being published outside of any transaction (propagation SUPPORTS or NOT_SUPPORTED), "
			+ "where a connection without auto-commit is in use, which is never committed: they leave at once, through "
			+ "the bus. To have them leave with a commit, publish in a transaction");

	private final String text;

	Reason(String text) {
		this.text = text;
	}

	/** Remembers what has been logged. Thread-safe. */
	static final class Told {

		private final Set<Reason> told = EnumSet.noneOf(Reason.class);

		private final Logger logger;

		Told(Logger logger) {
			this.logger = logger;
		}

		void logOnce(Reason reason) {
			boolean first;
			synchronized (this.told) {
				first = this.told.add(reason);
			}
			if (first) {
				this.logger.warn(reason.text);
			}
		}

	}

}
