package dev.pgevents;

import dev.pgevents.internal.log.LogText;

/**
 * The grammar of event types and of the patterns that match groups of them.
 */
final class TypeNames {

	private static final int SHOWN = 120;

	private TypeNames() {
	}

	/** Checks the first {@code length} characters of the value. */
	static void check(String value, int length) {
		if (length == 0) {
			throw new IllegalArgumentException(
					"event type is empty: use words of [a-z0-9_] joined by dots, such as " + "\"epoch.closed\"");
		}
		if (length > EventType.MAX_LENGTH) {
			throw new IllegalArgumentException("event type \"" + LogText.of(value, SHOWN) + "\" has " + length
					+ " characters, at most " + EventType.MAX_LENGTH + " are allowed");
		}
		boolean wordStart = true;
		for (int i = 0; i < length; i++) {
			char c = value.charAt(i);
			boolean letter = isWordCharacter(c);
			if (!letter && (c != '.' || wordStart)) {
				throw invalid(value, i);
			}
			wordStart = !letter;
		}
		if (wordStart) {
			throw invalid(value, length - 1);
		}
	}

	/** Checks a type or a group wildcard such as {@code epoch.*}. */
	static void checkPattern(String pattern) {
		check(pattern, isWildcard(pattern) ? pattern.length() - 2 : pattern.length());
	}

	static boolean isWildcard(String pattern) {
		return pattern.endsWith(".*");
	}

	/** Whether a type lies in the group of a wildcard: "epoch.closed" in "epoch.*". */
	static boolean matches(String pattern, String type) {
		if (!isWildcard(pattern)) {
			return pattern.equals(type);
		}
		int prefix = pattern.length() - 1;
		return type.length() > prefix && type.regionMatches(0, pattern, 0, prefix);
	}

	private static boolean isWordCharacter(char c) {
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
	}

	private static IllegalArgumentException invalid(String value, int index) {
		return new IllegalArgumentException("event type \"" + LogText.of(value, SHOWN) + "\" is not valid at character "
				+ (index + 1) + ": use lower-case words of [a-z0-9_] joined by dots, such as \"epoch.closed\"");
	}

}
