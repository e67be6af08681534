package dev.pgevents.internal.group;

import java.time.Duration;

import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with a group in this process: logged once, and kept for those who ask.
 * The store's task reports it, one thread at a time; any thread may ask. Takes no lock.
 */
final class GroupHealth {

	private static final Logger logger = LoggerFactory.getLogger(GroupHealth.class);

	private final String busName;

	private final String group;

	private final Backoff backoff;

	/** Why it takes part in nothing; null if it does. */
	private volatile @Nullable String problem;

	/** Why the store could not be reached the last time; null if it could. */
	private volatile @Nullable String trouble;

	/** How often the store could not be reached, since it could. */
	private int failures;

	/** What keeps others' partitions from us, as it was told. */
	private @Nullable String obstacle;

	/** How many partitions it owns here, as it was logged. */
	private int owned;

	GroupHealth(String busName, String group, Backoff backoff) {
		this.busName = busName;
		this.group = group;
		this.backoff = backoff;
	}

	/** Why the group handles nothing here; null if it does. */
	@Nullable String problem() {
		String unreachable = this.trouble;
		return (unreachable != null) ? unreachable : this.problem;
	}

	/** Whether the store lets the group take part, as far as is known. */
	boolean takesPart() {
		return this.problem == null;
	}

	/** The store was reached. */
	void reached() {
		if (this.failures > 0) {
			logger.info("{}: group {} has the event log back", this.busName, this.group);
		}
		this.failures = 0;
		this.trouble = null;
	}

	/**
	 * The store was not reached.
	 * @return after what time to try again
	 */
	Duration unreachable(Throwable failure) {
		this.failures++;
		String text = LogText.of(String.valueOf(failure), LogText.MESSAGE);
		this.trouble = "the event log cannot be reached: " + text;
		if (this.failures == 1) {
			logger.warn("{}: group {} cannot reach the event log, trying again for ever: {}", this.busName, this.group,
					text, failure);
		}
		else {
			logger.debug("{}: group {} cannot reach the event log, attempt {}", this.busName, this.group, this.failures,
					failure);
		}
		return this.backoff.delay(this.failures);
	}

	/** The store lets the group take part, or has a reason against it. */
	void takesPart(@Nullable String problem) {
		if (problem != null && !problem.equals(this.problem)) {
			logger.warn("{}: group {} handles nothing here: {}", this.busName, this.group, problem);
		}
		this.problem = problem;
	}

	/**
	 * The transaction of a former owner keeps a partition from us, or none does.
	 * @param obstacle which transaction, null for none
	 */
	void obstructed(@Nullable String obstacle) {
		if (obstacle != null && this.obstacle == null) {
			logger.warn("{}: group {} cannot take over from an instance that is gone, and tries again: {}",
					this.busName, this.group, obstacle);
		}
		this.obstacle = obstacle;
	}

	/** Partitions have come from other processes, or gone to them; or nothing changed. */
	void owns(int partitions) {
		if (partitions != this.owned) {
			logger.info("{}: group {} owns {} partitions here, {} before", this.busName, this.group, partitions,
					this.owned);
		}
		this.owned = partitions;
	}

	void parked(Event event, int attempts, String error) {
		logger.error(
				"{}: group {} gives up {} at {} after {} attempts: it is parked, later events of its app wait "
						+ "until it is redriven or skipped: {}",
				this.busName, this.group, event, event.position(), attempts, error);
	}

	void expired(int partition, long from, long to) {
		logger.warn(
				"{}: group {} was away for longer than events are kept: positions {} to {} of partition {} are gone",
				this.busName, this.group, from, to, partition);
	}

	void notReleased(Exception failure) {
		logger.debug("{}: group {} could not give up its partitions, which are free as soon as its session has ended",
				this.busName, this.group, failure);
	}

}
