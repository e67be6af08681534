package dev.pgevents.internal.group;

import java.util.Collection;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the log, the cursors of groups and the events they hold. Whatever changes a
 * cursor or what is held counts only under the epoch that it names. Thread-safe;
 * everything may take as long as a database does.
 */
public interface GroupStore {

	/**
	 * Makes the group if it is new, and brings together what this process owns of it with
	 * what falls to it.
	 * @param group the group's name
	 * @param filters what its handlers in this process ask for; none to take no part
	 * @param from where it begins if it is new
	 * @return this process's share now
	 * @throws Exception if the log cannot be reached
	 */
	Share share(String group, Collection<SubscriptionFilter> filters, StartPosition from) throws Exception;

	/**
	 * Looks, with little effort, whether something has changed of which no notification
	 * came.
	 * @param groups names of groups
	 * @param thorough whether to look for events that were missed too; otherwise only for
	 * partitions without an owner
	 * @return those of the groups that should be shared anew
	 * @throws Exception if the log cannot be reached
	 */
	Set<String> outdated(Collection<String> groups, boolean thorough) throws Exception;

	/**
	 * Gives partitions up.
	 * @param group the group's name
	 * @param cursors those of the partitions
	 * @throws Exception if the log cannot be reached
	 */
	void release(String group, Collection<Cursor> cursors) throws Exception;

	/**
	 * Reads events.
	 * @param partition whose
	 * @param after the position after which to begin
	 * @param limit how many at most
	 * @return the events
	 * @throws Exception if the log cannot be reached
	 */
	Page read(int partition, long after, int limit) throws Exception;

	/**
	 * Moves cursors.
	 * @param group the group's name
	 * @param progress the cursors
	 * @return the partitions whose cursors did not stand where they were said to
	 * @throws Exception if the log cannot be reached
	 */
	Set<Integer> acknowledge(String group, Collection<Progress> progress) throws Exception;

	/**
	 * Holds an event and moves the cursor to it, both or none.
	 * @param group the group's name
	 * @param cursor where the cursor is
	 * @param event the event
	 * @param failure why it is held
	 * @return whether the cursor stood where it was said to
	 * @throws Exception if the log cannot be reached
	 */
	boolean hold(String group, Cursor cursor, Event event, Failure failure) throws Exception;

	/**
	 * What is held of a partition.
	 * @param group the group's name
	 * @param partition the partition
	 * @return what is held now
	 * @throws Exception if the log cannot be reached
	 */
	Held held(String group, int partition) throws Exception;

	/**
	 * The next held event of a partition that is to be tried again: the first one of its
	 * app.
	 * @param group the group's name
	 * @param partition the partition
	 * @return the event, or null if none is due
	 * @throws Exception if the log cannot be reached
	 */
	@Nullable HeldEvent due(String group, int partition) throws Exception;

	/**
	 * Holds an event no longer, for it was handled.
	 * @param group the group's name
	 * @param cursor that of its partition
	 * @param event the event
	 * @return whether the epoch is still that of the cursor
	 * @throws Exception if the log cannot be reached
	 */
	boolean handled(String group, Cursor cursor, Event event) throws Exception;

	/**
	 * Holds an event that has failed again.
	 * @param group the group's name
	 * @param cursor that of its partition
	 * @param event the event
	 * @param failure how it stands with it
	 * @return whether the epoch is still that of the cursor
	 * @throws Exception if the log cannot be reached
	 */
	boolean failedAgain(String group, Cursor cursor, Event event, Failure failure) throws Exception;

}
