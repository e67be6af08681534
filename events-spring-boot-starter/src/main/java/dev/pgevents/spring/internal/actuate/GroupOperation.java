package dev.pgevents.spring.internal.actuate;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.pgevents.EventLog;
import dev.pgevents.Position;
import dev.pgevents.SubscriptionFilter;

/**
 * What can be done with a group.
 *
 * @since 0.1
 */
public enum GroupOperation {

	/** Tries parked events again: the one of an id, or {@code all}. */
	REDRIVE {

		@Override
		String on(EventLog log, List<SubscriptionFilter> handlers, String group, String target) {
			if (target.equals(ALL)) {
				int events = log.redrive(group);
				return events + ((events == 1) ? " parked event is tried again" : " parked events are tried again");
			}
			return found(log.redrive(group, eventId(target)), target, "is tried again");
		}

	},

	/** Gives a parked event up for good: the one of an id. */
	SKIP {

		@Override
		String on(EventLog log, List<SubscriptionFilter> handlers, String group, String target) {
			return found(log.skip(group, eventId(target)), target, "is given up");
		}

	},

	/** Handles again: from a position of one partition on, or in all from a time on. */
	REWIND {

		@Override
		String on(EventLog log, List<SubscriptionFilter> handlers, String group, String target) {
			Matcher position = POSITION.matcher(target);
			if (position.matches()) {
				log.rewind(group, new Position(Integer.parseInt(position.group(1)), Long.parseLong(position.group(2))));
			}
			else {
				log.rewind(group, instant(target));
			}
			return "handles again from " + target + " on";
		}

	},

	/** Gives up what the handlers of this process do not ask for: {@code handlers}. */
	NARROW {

		@Override
		String on(EventLog log, List<SubscriptionFilter> handlers, String group, String target) {
			if (!target.equals("handlers")) {
				throw new IllegalArgumentException("target is \"" + target
						+ "\": say handlers, what those of this process ask for is left to the group");
			}
			if (handlers.isEmpty()) {
				throw new IllegalArgumentException(
						"no handler of group " + group + " is in this process: ask one that has all that are left");
			}
			log.narrow(group, handlers.toArray(SubscriptionFilter[]::new));
			return "asks for what its handlers in this process ask for, and nothing else: " + handlers;
		}

	};

	private static final String ALL = "all";

	private static final Pattern POSITION = Pattern.compile("(\\d{1,4}):(\\d{1,18})");

	/**
	 * Does it.
	 * @param log the log
	 * @param handlers what the handlers of the group in this process ask for
	 * @param group the group's name
	 * @param target of what
	 * @return what was done
	 * @throws IllegalArgumentException if that cannot be done
	 */
	abstract String on(EventLog log, List<SubscriptionFilter> handlers, String group, String target);

	private static UUID eventId(String target) {
		try {
			return UUID.fromString(target);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("target is \"" + target + "\": name the id of a parked event", ex);
		}
	}

	private static Instant instant(String target) {
		try {
			return Instant.parse(target);
		}
		catch (DateTimeParseException ex) {
			throw new IllegalArgumentException("target is \"" + target
					+ "\": name a position such as 12:4711, or a time such as 2026-01-19T10:00:00Z", ex);
		}
	}

	private static String found(boolean found, String target, String done) {
		if (!found) {
			throw new IllegalArgumentException("no event " + target + " is parked");
		}
		return target + " " + done;
	}

}
