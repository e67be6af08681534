package dev.pgevents;

import dev.pgevents.internal.log.LogText;

/**
 * Which names groups can have.
 */
final class GroupNames {

	private GroupNames() {
	}

	static String checked(String name) {
		String shown = "group \"" + LogText.of(name, LogText.NAME) + "\" ";
		if (name.isEmpty() || name.length() > SubscriptionOptions.MAX_GROUP_LENGTH) {
			throw new IllegalArgumentException(shown + "has " + name.length() + " characters, 1 to "
					+ SubscriptionOptions.MAX_GROUP_LENGTH + " are allowed");
		}
		for (int i = 0; i < name.length(); i++) {
			if (!isAllowed(name.charAt(i))) {
				throw new IllegalArgumentException(shown + "is not valid at character " + (i + 1)
						+ ": use letters (a-z, A-Z), digits, '_', '.' and '-'");
			}
		}
		return name;
	}

	private static boolean isAllowed(char c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.'
				|| c == '-';
	}

}
