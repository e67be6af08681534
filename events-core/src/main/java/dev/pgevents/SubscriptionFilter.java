package dev.pgevents;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which events a subscription wants. Empty parts match everything; parts are and-ed. An
 * event without app id matches no app filter.
 *
 * @param types event types, each of which may end in {@code .*} to mean all types of that
 * group: {@code epoch.*}; {@code *} is every type, as if none were named
 * @param appIds ids of applications
 * @since 0.1
 */
public record SubscriptionFilter(Set<String> types, Set<String> appIds) {

	private static final String ANY = "*";

	private static final SubscriptionFilter ALL = new SubscriptionFilter(Set.of(), Set.of());

	/**
	 * Copies and checks the parts.
	 * @throws IllegalArgumentException if a type is not valid
	 */
	public SubscriptionFilter {
		types = types.contains(ANY) ? Set.of() : Set.copyOf(types);
		appIds = Set.copyOf(appIds);
		types.forEach(TypeNames::checkPattern);
	}

	/**
	 * Matches every event.
	 * @return the filter
	 */
	public static SubscriptionFilter all() {
		return ALL;
	}

	/**
	 * Matches events of the given types.
	 * @param types types or group wildcards such as {@code epoch.*}; none matches all
	 * @return the filter
	 * @throws IllegalArgumentException if a type is not valid
	 */
	public static SubscriptionFilter types(String... types) {
		return ALL.andTypes(types);
	}

	/**
	 * Matches events of the given types.
	 * @param types the types; none matches all
	 * @return the filter
	 */
	public static SubscriptionFilter types(EventType... types) {
		return types(Arrays.stream(types).map(EventType::value).toArray(String[]::new));
	}

	/**
	 * Matches events of the given applications.
	 * @param appIds ids of applications; none matches all
	 * @return the filter
	 */
	public static SubscriptionFilter apps(String... appIds) {
		return ALL.andApps(appIds);
	}

	/**
	 * Returns this filter with more applications to choose from.
	 * @param appIds ids of applications, added to those already named
	 * @return a new filter
	 */
	public SubscriptionFilter andApps(String... appIds) {
		return new SubscriptionFilter(this.types, union(this.appIds, appIds));
	}

	/**
	 * Returns this filter with more types to choose from.
	 * @param types types or group wildcards, added to those already named
	 * @return a new filter
	 * @throws IllegalArgumentException if a type is not valid
	 */
	public SubscriptionFilter andTypes(String... types) {
		return new SubscriptionFilter(union(this.types, types), this.appIds);
	}

	/**
	 * Returns this filter with more types to choose from.
	 * @param types types, added to those already named
	 * @return a new filter
	 */
	public SubscriptionFilter andTypes(EventType... types) {
		return andTypes(Arrays.stream(types).map(EventType::value).toArray(String[]::new));
	}

	/**
	 * Returns whether an event is wanted.
	 * @param event the event
	 * @return whether all parts match it
	 */
	public boolean matches(Event event) {
		return matchesApp(event) && matchesType(event.type());
	}

	/**
	 * Returns whether events of a type may be wanted.
	 * @param type the type
	 * @return whether the type part matches it
	 */
	public boolean matchesType(EventType type) {
		if (this.types.isEmpty() || this.types.contains(type.value())) {
			return true;
		}
		for (String pattern : this.types) {
			if (TypeNames.matches(pattern, type.value())) {
				return true;
			}
		}
		return false;
	}

	private boolean matchesApp(Event event) {
		return this.appIds.isEmpty() || (event.appId() != null && this.appIds.contains(event.appId()));
	}

	private static Set<String> union(Set<String> some, String[] more) {
		Set<String> all = new LinkedHashSet<>(some);
		all.addAll(Arrays.asList(more));
		return all;
	}

}
