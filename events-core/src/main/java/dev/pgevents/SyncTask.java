package dev.pgevents;

/**
 * Brings a worker's state in line with the database. Called by {@link SyncLoop}, never
 * twice at a time.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SyncTask {

	/**
	 * Reads what there is to do, and does it.
	 * @param trigger why now
	 * @throws Exception if it failed; the loop tries again, with backoff
	 */
	void sync(SyncTrigger trigger) throws Exception;

}
