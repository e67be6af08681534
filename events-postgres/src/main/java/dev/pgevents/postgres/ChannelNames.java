package dev.pgevents.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Set;

import dev.pgevents.internal.log.LogText;

/**
 * The rules for channel names.
 */
final class ChannelNames {

	private ChannelNames() {
	}

	static Set<String> checked(Set<String> names) {
		if (names.isEmpty()) {
			throw new IllegalArgumentException(
					"the channel strategy names no channel for a filter: it must name at least one");
		}
		names.forEach(ChannelNames::checked);
		return Set.copyOf(names);
	}

	static String checked(String name) {
		int bytes = name.getBytes(StandardCharsets.UTF_8).length;
		if (bytes == 0) {
			throw new IllegalArgumentException(
					"channel name is empty: it needs 1 to " + ChannelStrategy.MAX_NAME_BYTES + " bytes");
		}
		if (bytes > ChannelStrategy.MAX_NAME_BYTES) {
			throw new IllegalArgumentException("channel name \"" + LogText.of(name, LogText.NAME) + "\" is " + bytes
					+ " bytes, PostgreSQL allows " + ChannelStrategy.MAX_NAME_BYTES
					+ " and would listen to a truncated name: choose a shorter name or prefix");
		}
		if (name.indexOf('\0') >= 0) {
			throw new IllegalArgumentException(
					"channel name contains a NUL character, which PostgreSQL does not allow");
		}
		return name;
	}

}
