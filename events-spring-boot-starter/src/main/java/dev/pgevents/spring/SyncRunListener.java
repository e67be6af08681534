package dev.pgevents.spring;

/**
 * Called for each run of a {@link SyncOnDomainEvent} method, on the method's thread,
 * after the run: it must not block. What it throws is logged and otherwise ignored. Beans
 * of this type are called in their order.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SyncRunListener {

	/**
	 * A run has ended.
	 * @param run the run
	 */
	void onRun(SyncRun run);

}
