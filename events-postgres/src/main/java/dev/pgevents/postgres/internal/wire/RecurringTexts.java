package dev.pgevents.postgres.internal.wire;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What short texts that come again and again stand for, made once and not at each event:
 * types, app ids, header names. Holds the latest few hundred, so that no sender can fill
 * it. Thread-safe: a thread that misses what another one has put in makes it again.
 *
 * @param <T> what is made of a text
 */
final class RecurringTexts<T> {

	/** A power of two. */
	private static final int SLOTS = 256;

	private static final int LONGEST = 100;

	/** As many characters of the end as distinguish texts in practice. */
	private static final int HASHED = 12;

	private final Function<String, T> maker;

	private final @Nullable Known<T>[] slots = slots();

	RecurringTexts(Function<String, T> maker) {
		this.maker = maker;
	}

	@SuppressWarnings({ "unchecked", "rawtypes" }) // there are no generic arrays
	private static <T> @Nullable Known<T>[] slots() {
		return new Known[SLOTS];
	}

	/**
	 * What a part of a text stands for.
	 * @param text holds it
	 * @param start where it begins
	 * @param end where it ends
	 * @return what the maker makes of it
	 */
	T valueOf(String text, int start, int end) {
		int length = end - start;
		if (length > LONGEST) {
			return this.maker.apply(text.substring(start, end));
		}
		int hash = length;
		for (int i = Math.max(start, end - HASHED); i < end; i++) {
			hash = 31 * hash + text.charAt(i);
		}
		int slot = (hash ^ hash >>> 8) & SLOTS - 1;
		Known<T> known = this.slots[slot];
		if (known != null && known.text().length() == length && text.startsWith(known.text(), start)) {
			return known.value();
		}
		String part = text.substring(start, end);
		T value = this.maker.apply(part);
		this.slots[slot] = new Known<>(part, value);
		return value;
	}

	/** Safe to pass to other threads without more ado, as all records are. */
	private record Known<T>(String text, T value) {

	}

}
