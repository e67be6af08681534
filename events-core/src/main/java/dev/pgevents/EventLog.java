package dev.pgevents;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The recorded events, and the groups that handle them: each event is handled once by the
 * services that share a group, in order for each app, whatever was down meanwhile. What
 * is changed here reaches running services at once. Thread-safe.
 *
 * <p>
 * All methods throw {@link EventLogException} where the log cannot be reached, and
 * {@link IllegalArgumentException} for a group that does not exist.
 *
 * @since 0.1
 */
public interface EventLog {

	/** The most events that one call to read returns. */
	int MAX_READ = 10_000;

	/**
	 * Reads recorded events, oldest first; those of one partition in the order of their
	 * commits.
	 * @param filter which events
	 * @param from where to begin; {@link StartPosition#latest()} reads none
	 * @param limit how many at most, 1 to {@value #MAX_READ}
	 * @return the events, each with its {@link Event#position() position}
	 * @throws IllegalArgumentException if the limit is out of range
	 */
	List<Event> read(SubscriptionFilter filter, StartPosition from, int limit);

	/**
	 * Reads recorded events of one partition, in the order of their commits.
	 * @param filter which events
	 * @param from where to begin
	 * @param limit how many at most, 1 to {@value #MAX_READ}
	 * @return the events, each with its {@link Event#position() position}
	 * @throws IllegalArgumentException if the limit is out of range, or there is no such
	 * partition
	 */
	List<Event> read(SubscriptionFilter filter, Position from, int limit);

	/**
	 * Lets a group handle the events of one partition again, or skip some: the next one
	 * is that of the given position. What is held stays so. An attempt in hand in a
	 * transaction of its own is rolled back.
	 * @param group the group's name
	 * @param next the position to go on with
	 * @throws IllegalArgumentException if there is no such partition, or it has not come
	 * as far
	 */
	void rewind(String group, Position next);

	/**
	 * Lets a group handle again, in all partitions, what was recorded at or after a time.
	 * What it has not handled yet is not skipped.
	 * @param group the group's name
	 * @param instant the time, by the clock of the log
	 * @throws IllegalArgumentException if the time is in the future
	 */
	void rewind(String group, Instant instant);

	/**
	 * Returns how far a group is behind.
	 * @param group the group's name
	 * @return how many positions of the log lie before it; held events are not among them
	 */
	long lag(String group);

	/**
	 * Returns the events of a group that wait for another attempt, or behind one of their
	 * app that does. Those that are {@linkplain #parked(String) parked} are not among
	 * them, those behind them are.
	 * @param group the group's name
	 * @return the events in the order of their positions, {@value #MAX_READ} at most
	 */
	List<HeldEvent> held(String group);

	/**
	 * Returns the events that a group has given up.
	 * @param group the group's name
	 * @return the events in the order of their positions, {@value #MAX_READ} at most
	 */
	List<ParkedEvent> parked(String group);

	/**
	 * Tries all parked events of a group again, as often as new ones.
	 * @param group the group's name
	 * @return how many there are
	 */
	int redrive(String group);

	/**
	 * Tries a parked event of a group again, as often as a new one.
	 * @param group the group's name
	 * @param eventId the event's id
	 * @return whether it was parked
	 */
	boolean redrive(String group, UUID eventId);

	/**
	 * Gives a parked event up for good: the events of its app that wait behind it are
	 * handled.
	 * @param group the group's name
	 * @param eventId the event's id
	 * @return whether it was parked
	 */
	boolean skip(String group, UUID eventId);

	/**
	 * Gives up what a group has asked for once and no handler handles any more: a method
	 * that was removed for good. Until then no instance takes part that lacks the method,
	 * since an older one may still have it.
	 * @param group the group's name
	 * @param filters all that the group is to ask for from now on
	 * @throws IllegalArgumentException if there is no filter
	 */
	void narrow(String group, SubscriptionFilter... filters);

	/**
	 * Returns all groups that there are, whether a process runs them or not.
	 * @return how they stand, by name
	 */
	List<GroupStatus> groups();

}
