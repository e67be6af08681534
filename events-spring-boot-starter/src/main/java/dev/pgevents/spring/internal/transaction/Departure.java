package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;

import dev.pgevents.spring.PublishMode;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;

/**
 * How an event leaves that is published on the current thread now. It joins a connection
 * only where it is known that this one will be committed, by whom an event is published
 * for; whether it leads to the bus's database is seen when it is used.
 *
 * @param way how it leaves
 * @param transaction the transaction that holds it, for the ways that hold events
 * @param connection where it is sent, for {@link Way#ON_CONNECTION}
 * @param reason what is to be logged of it
 */
record Departure(Way way, @Nullable TransactionEvents transaction, @Nullable Connection connection,
		@Nullable Reason reason) {

	/** The ways. */
	enum Way {

		/** Through the bus, at the call. */
		AT_ONCE,

		/** On the connection, in one statement with the transaction's others. */
		WITH_COMMIT,

		/**
		 * On the connection, at the call: the bus does not learn when it is committed.
		 */
		ON_CONNECTION,

		/** Through the bus, once the transaction has committed. */
		AFTER_COMMIT

	}

	/** Outside of transactions, or after one. */
	static Departure atOnce(@Nullable Reason reason) {
		return new Departure(Way.AT_ONCE, null, null, reason);
	}

	/** On a connection that is known to be committed, though it is not known when. */
	static Departure onConnection(Connection connection) {
		return new Departure(Way.ON_CONNECTION, null, connection, null);
	}

	/** In a transaction that is followed. */
	static Departure in(TransactionEvents transaction, PublishMode mode, boolean canJoin) {
		if (transaction.phase() == TransactionEvents.Phase.COMMITTED) {
			return atOnce(null);
		}
		if (mode == PublishMode.AFTER_COMMIT || !canJoin) {
			return new Departure(Way.AFTER_COMMIT, transaction, null, null);
		}
		ConnectionHolder own = transaction.own();
		if (own != null && BoundConnection.awaitsCommit(own)) {
			return new Departure(Way.WITH_COMMIT, transaction, null, null);
		}
		return new Departure(Way.AFTER_COMMIT, transaction, null, reason(transaction.kind()));
	}

	private static @Nullable Reason reason(ManagedTransaction.Kind kind) {
		return switch (kind) {
			case OWN -> null; // in auto-commit, which its manager must want so
			case OTHER -> Reason.OTHER_TRANSACTION;
			case JTA -> Reason.JTA;
			case UNKNOWN -> Reason.UNKNOWN_TRANSACTION;
		};
	}

}
