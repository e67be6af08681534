package dev.pgevents.internal.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * The smallest part of what a group's handlers ask for.
 *
 * @param type a type or a wildcard such as {@code epoch.*}; null for every type
 * @param app the id of an app; null for every event
 */
public record Interest(@Nullable String type, @Nullable String app) {

	private static final String WILDCARD = ".*";

	/**
	 * Takes filters apart.
	 * @param filters the filters
	 * @return what they ask for
	 */
	public static List<Interest> of(Collection<SubscriptionFilter> filters) {
		List<Interest> interests = new ArrayList<>();
		for (SubscriptionFilter filter : filters) {
			for (String type : orNull(filter.types())) {
				for (String app : orNull(filter.appIds())) {
					interests.add(new Interest(type, app));
				}
			}
		}
		return interests;
	}

	/**
	 * All that a group is to ask for from now on.
	 * @param group the group's name
	 * @param filters the filters
	 * @return what they ask for
	 * @throws IllegalArgumentException if there is no filter
	 */
	public static List<Interest> narrowed(String group, SubscriptionFilter... filters) {
		if (filters.length == 0) {
			throw new IllegalArgumentException(
					"group " + group + " is to ask for nothing: name what its handlers ask for");
		}
		return of(List.of(filters));
	}

	@SuppressWarnings("NullAway") // a collection of one null is not expressible
	private static Collection<String> orNull(Collection<String> names) {
		if (!names.isEmpty()) {
			return names;
		}
		List<String> none = new ArrayList<>();
		none.add(null);
		return none;
	}

	/**
	 * Whether events may be asked for by both of two filters.
	 * @param one a filter
	 * @param other another one
	 * @return whether they overlap
	 */
	static boolean overlap(SubscriptionFilter one, SubscriptionFilter other) {
		List<Interest> others = of(List.of(other));
		return of(List.of(one)).stream()
			.anyMatch((first) -> others.stream()
				.anyMatch((second) -> overlap(first.type, second.type)
						&& (first.app == null || second.app == null || first.app.equals(second.app))));
	}

	private static boolean overlap(@Nullable String one, @Nullable String other) {
		return coversType(one, other) || coversType(other, one);
	}

	/**
	 * Whether everything that another one asks for is asked for here.
	 * @param other another one
	 * @return whether this one covers it
	 */
	public boolean covers(Interest other) {
		return coversType(this.type, other.type) && (this.app == null || Objects.equals(this.app, other.app));
	}

	/**
	 * What a group asks for and a process does not.
	 * @param group what the group asks for
	 * @param mine what the process asks for
	 * @return why the process cannot take part, or null if it can
	 */
	public static @Nullable String missing(Collection<Interest> group, Collection<Interest> mine) {
		List<Interest> missing = group.stream()
			.filter((one) -> mine.stream().noneMatch((other) -> other.covers(one)))
			.toList();
		if (missing.isEmpty()) {
			return null;
		}
		return "no handler here asks for " + missing.stream().map(Interest::toString).collect(Collectors.joining(", "))
				+ ", which the group handles elsewhere or did before. It takes part with the handler, or once the "
				+ "group gives that up (EventLog.narrow, or the operation narrow of the endpoint events)";
	}

	/**
	 * The types that are asked for.
	 * @param interests what is asked for
	 * @return types and wildcards; none where all types are asked for
	 */
	public static Set<String> types(Collection<Interest> interests) {
		Set<String> types = new TreeSet<>();
		for (Interest interest : interests) {
			if (interest.type == null) {
				return Set.of();
			}
			types.add(interest.type);
		}
		return types;
	}

	private static boolean coversType(@Nullable String one, @Nullable String other) {
		if (one == null || one.equals(other)) {
			return true;
		}
		return other != null && one.endsWith(WILDCARD) && other.startsWith(one.substring(0, one.length() - 1));
	}

	@Override
	public String toString() {
		return ((this.type != null) ? this.type : "*") + ((this.app != null) ? " of app " + this.app : "");
	}

}
