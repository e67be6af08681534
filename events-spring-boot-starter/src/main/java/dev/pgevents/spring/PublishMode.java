package dev.pgevents.spring;

/**
 * When an event published in a transaction leaves.
 *
 * @since 0.1
 */
public enum PublishMode {

	/**
	 * In the transaction: delivered if it commits, as one statement before the commit.
	 * Where the transaction is not of the bus's database, or may be prepared (JTA), right
	 * after its commit.
	 */
	TRANSACTIONAL,

	/**
	 * Right after the commit, group-committed with others: the lock that PostgreSQL holds
	 * through the commit of a notifying transaction stays out of the application's
	 * commits, and so does the round trip. What could not be published is logged; events
	 * are lost if the process dies between commit and publishing. What the event log
	 * records is written to it in the transaction: only its notification can be lost,
	 * which groups do not depend on.
	 */
	AFTER_COMMIT,

	/** At the call, whatever becomes of the transaction. */
	IMMEDIATE

}
