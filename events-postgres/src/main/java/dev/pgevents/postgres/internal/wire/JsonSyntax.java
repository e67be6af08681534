package dev.pgevents.postgres.internal.wire;

/**
 * Finds where a JSON value ends, by RFC 8259. It makes nothing of the value, which is
 * what makes it several times as fast as a parser. It is sure of what it accepts; what it
 * does not accept may still be JSON, and is left to a parser to judge: deep nesting and
 * long numbers, for example.
 */
final class JsonSyntax {

	/** The answer where a parser has to be asked. */
	static final int UNSURE = -1;

	private static final int MAX_DEPTH = 64;

	private static final int MAX_NUMBER_LENGTH = 100;

	private JsonSyntax() {
	}

	/**
	 * Finds the end of a value.
	 * @param text holds the value
	 * @param start where it begins, without white space
	 * @return the index of the first character behind it, or {@link #UNSURE}
	 */
	static int endOfValue(String text, int start) {
		return value(text, start, 0);
	}

	private static int value(String text, int start, int depth) {
		return switch (at(text, start)) {
			case '"' -> endOfString(text, start + 1);
			case '{' -> members(text, start + 1, depth + 1);
			case '[' -> elements(text, start + 1, depth + 1);
			case 't' -> literal(text, start, "true");
			case 'f' -> literal(text, start, "false");
			case 'n' -> literal(text, start, "null");
			default -> number(text, start);
		};
	}

	private static int members(String text, int start, int depth) {
		int index = spaces(text, start);
		if (at(text, index) == '}') {
			return index + 1;
		}
		while (depth <= MAX_DEPTH && at(text, index) == '"') {
			index = spaces(text, endOfString(text, index + 1));
			if (at(text, index) != ':') {
				return UNSURE;
			}
			index = spaces(text, value(text, spaces(text, index + 1), depth));
			if (at(text, index) == '}') {
				return index + 1;
			}
			if (at(text, index) != ',') {
				return UNSURE;
			}
			index = spaces(text, index + 1);
		}
		return UNSURE;
	}

	private static int elements(String text, int start, int depth) {
		int index = spaces(text, start);
		if (at(text, index) == ']') {
			return index + 1;
		}
		while (depth <= MAX_DEPTH) {
			index = spaces(text, value(text, index, depth));
			if (at(text, index) == ']') {
				return index + 1;
			}
			if (at(text, index) != ',') {
				return UNSURE;
			}
			index = spaces(text, index + 1);
		}
		return UNSURE;
	}

	/**
	 * Finds the end of a string.
	 * @param text holds the string
	 * @param start behind its opening quote
	 * @return the index behind its closing quote, or {@link #UNSURE}
	 */
	private static int endOfString(String text, int start) {
		int index = start;
		while (index < text.length()) {
			char c = text.charAt(index);
			if (c == '"') {
				return index + 1;
			}
			if (c < ' ') {
				return UNSURE;
			}
			index += (c == '\\') ? escapeLength(text, index + 1) : 1;
		}
		return UNSURE;
	}

	/** How long an escape is, backslash included; too long for any text if invalid. */
	private static int escapeLength(String text, int start) {
		char c = at(text, start);
		if ("\"\\/bfnrt".indexOf(c) >= 0) {
			return 2;
		}
		boolean valid = c == 'u' && isHex(at(text, start + 1)) && isHex(at(text, start + 2))
				&& isHex(at(text, start + 3)) && isHex(at(text, start + 4));
		return valid ? 6 : text.length();
	}

	private static int number(String text, int start) {
		int index = (at(text, start) == '-') ? start + 1 : start;
		int whole = digits(text, index);
		if (whole == index || (at(text, index) == '0' && whole > index + 1)) {
			return UNSURE;
		}
		index = whole;
		if (at(text, index) == '.') {
			int fraction = digits(text, index + 1);
			if (fraction == index + 1) {
				return UNSURE;
			}
			index = fraction;
		}
		if (at(text, index) == 'e' || at(text, index) == 'E') {
			int sign = (at(text, index + 1) == '+' || at(text, index + 1) == '-') ? 1 : 0;
			int exponent = digits(text, index + 1 + sign);
			if (exponent == index + 1 + sign) {
				return UNSURE;
			}
			index = exponent;
		}
		return (index - start <= MAX_NUMBER_LENGTH) ? index : UNSURE;
	}

	private static int digits(String text, int start) {
		int index = start;
		while (isDigit(at(text, index))) {
			index++;
		}
		return index;
	}

	private static int literal(String text, int start, String literal) {
		return text.startsWith(literal, start) ? start + literal.length() : UNSURE;
	}

	/** Where white space ends; passes on what is {@link #UNSURE}. */
	private static int spaces(String text, int start) {
		int index = start;
		while (isSpace(at(text, index))) {
			index++;
		}
		return index;
	}

	/** Most characters are none, which the first look shows. */
	private static boolean isSpace(char c) {
		return c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r');
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
	}

	private static boolean isHex(char c) {
		return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	}

	/** A character, or NUL, which JSON has nowhere, where there is none. */
	private static char at(String text, int index) {
		return (index >= 0 && index < text.length()) ? text.charAt(index) : '\0';
	}

}
