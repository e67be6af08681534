package dev.pgevents.postgres.internal.wire;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes odd notifications of good ones: what a damaged, careless or hostile sender might
 * send. The same seed makes the same.
 */
public final class Mutations {

	private static final int LONGEST = 10_000;

	private static final String STRUCTURE = "{}[]\",:\\0-+e.ntfu/ \t\n*'";

	private static final List<String> VALUES = List.of("null", "true", "1", "-0", "\"\"", "{}", "[]", "1e999999999",
			"-1e-999999999", "NaN", "\"\\u0000\"", "\"\\ud800\"", "{\"@class\":\"java.lang.Object\"}",
			"[\"java.util.HashMap\",{}]", "\"+1000000000-12-31T23:59:59.999999999Z\"", "\"2026-06-30T23:59:60Z\"",
			"9223372036854775808");

	private static final List<String> ODD_TEXTS = List.of("\0", "\ud800", "\udc00", "\u0085", "\u2028", "\u202e",
			"\ufeff", "\\u0000", "\\ud800", "\\udc00\\ud800", "\u001b[31m", "\n", "\ud83d\ude00", "\\x", "\\u12", "/*",
			"//", "#");

	private static final List<String> FIELDS = List.of("\"type\":\"b\",", "\"type\":null,", "\"app_id\":7,",
			"\"headers\":{\"a\":\"1\",\"a\":null},", "\"id\":\"1-1-1-1-1\",", "\"timestamp\":\"2026-01-19T24:00:00Z\",",
			"\"payload\":{},", "\"sig\":\"\",", "\"\":1,");

	private final SplittableRandom random;

	/**
	 * Begins anew.
	 * @param seed any number
	 */
	public Mutations(long seed) {
		this.random = new SplittableRandom(seed);
	}

	/**
	 * Mutates a notification, once or several times.
	 * @param notification a good one
	 * @return another one, mostly not good any more
	 */
	public String of(String notification) {
		String mutated = notification;
		for (int i = this.random.nextInt(1, 3); i > 0; i--) {
			mutated = once(mutated);
		}
		return (mutated.length() > LONGEST) ? mutated.substring(0, LONGEST) : mutated;
	}

	private String once(String text) {
		int at = position(text);
		int until = this.random.nextInt(at, Math.min(text.length(), at + 40) + 1);
		return switch (this.random.nextInt(13)) {
			case 0 -> replaced(text, at, at + 1, flipped(text, at));
			case 1 -> replaced(text, at, at + 1, one(STRUCTURE));
			case 2 -> text.substring(0, at);
			case 3 -> replaced(text, until, until, text.substring(at, until));
			case 4 -> replaced(text, at, until, "");
			case 5 -> replaced(text, at, at, nesting());
			case 6 -> replaced(text, at, at, number());
			case 7 -> replaced(text, at, at, one(ODD_TEXTS));
			case 8 -> afterAny(text, at, '"', one(ODD_TEXTS));
			case 9 -> afterAny(text, at, (text.indexOf(',', at) < 0) ? '{' : ',', one(FIELDS));
			case 10 -> afterAny(text, at, '"', "x".repeat(length()));
			case 11 -> afterAny(text, at, ':', one(VALUES) + ",\"more\":");
			default -> afterAny(text, at, '[', number() + ",");
		};
	}

	private int position(String text) {
		return text.isEmpty() ? 0 : this.random.nextInt(text.length());
	}

	/** Mostly short: what is as long as a notification takes its time. */
	private int length() {
		return (this.random.nextInt(50) == 0) ? this.random.nextInt(8000) : this.random.nextInt(200);
	}

	private String nesting() {
		int depth = length();
		return this.random.nextBoolean() ? "[".repeat(depth) : "{\"a\":".repeat(depth / 5);
	}

	private String number() {
		String digits = one("123456789").repeat(length() + 1);
		return this.random.nextBoolean() ? digits : digits + "e" + this.random.nextInt();
	}

	private String flipped(String text, int at) {
		return text.isEmpty() ? "" : String.valueOf((char) (text.charAt(at) ^ (1 << this.random.nextInt(8))));
	}

	private String one(String characters) {
		return String.valueOf(characters.charAt(this.random.nextInt(characters.length())));
	}

	private String one(List<String> choices) {
		return choices.get(this.random.nextInt(choices.size()));
	}

	private static String afterAny(String text, int at, char mark, String inserted) {
		int found = text.indexOf(mark, at);
		int place = (found < 0) ? at : found + 1;
		return replaced(text, place, place, inserted);
	}

	private static String replaced(String text, int from, int to, String by) {
		return text.substring(0, from) + by + text.substring(Math.min(text.length(), Math.max(from, to)));
	}

}
