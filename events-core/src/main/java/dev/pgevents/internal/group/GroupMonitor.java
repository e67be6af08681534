package dev.pgevents.internal.group;

import java.util.List;
import java.util.Map;

import dev.pgevents.SubscriptionFilter;

/**
 * How the groups of a bus are doing in this process.
 */
public interface GroupMonitor {

	/**
	 * What groups have done here.
	 * @return the counts of each group that was joined, by name
	 */
	List<GroupCounts> counts();

	/**
	 * Why groups handle nothing in this process.
	 * @return the reasons by group; none of those that take part
	 */
	Map<String, String> problems();

	/**
	 * What the handlers of a group in this process ask for.
	 * @param group the group's name
	 * @return their filters; none if no handler is here
	 */
	List<SubscriptionFilter> filters(String group);

}
