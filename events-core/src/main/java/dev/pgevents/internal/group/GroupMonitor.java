package dev.pgevents.internal.group;

import java.util.List;
import java.util.Map;

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

}
