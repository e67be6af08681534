package dev.pgevents.postgres.internal.payload;

import java.io.IOException;
import java.io.Reader;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * Parsers that are kept from one payload to the next. A new one for each payload is half
 * of what reading a small record allocates (docs/performance/notebook.md). To a parser,
 * payloads are the objects of one stream. One that has failed, or has not read its object
 * to the end, is used no more, and its payload is read once more in the usual way: what a
 * payload class does before it fails, it does twice. Thread-safe.
 *
 * @param <P> the parser
 * @param <R> what reads a value with a parser
 */
final class KeptParsers<P, R> {

	/** A power of two. A thread looks in one place only: the others are for others. */
	private static final int PLACES = 4;

	/** A parser remembers the names it has read, and any client may send new ones. */
	static final int MOST_CHARACTERS = 256 * 1024;

	private final AtomicReferenceArray<@Nullable Kept<P>> places = new AtomicReferenceArray<>(PLACES);

	private final JacksonReading<P, R> jackson;

	/**
	 * Keeps none yet.
	 * @param jackson makes parsers and reads with them
	 */
	KeptParsers(JacksonReading<P, R> jackson) {
		this.jackson = jackson;
	}

	/**
	 * Reads a payload, if it is one for a parser that is kept and nothing goes wrong.
	 * @param json the payload
	 * @param reader reads it, and does not look for what comes behind it
	 * @return the value, or null if it has to be read in the usual way, which may fail as
	 * well and then says why
	 */
	@Nullable Object read(String json, R reader) {
		return isObject(json) ? readObject(json, reader) : null;
	}

	/** The end of anything else shows only by what comes behind it. */
	private static boolean isObject(String json) {
		return json.startsWith("{") && json.endsWith("}");
	}

	private @Nullable Object readObject(String json, R reader) {
		int place = (int) Thread.currentThread().getId() & PLACES - 1;
		// What reads a value may read others: nobody else may use its parser.
		Kept<P> kept = this.places.getAndSet(place, null);
		try {
			if (kept == null) {
				Payloads payloads = new Payloads();
				kept = new Kept<>(payloads, this.jackson.parser(payloads));
			}
			kept.payloads.next(json);
			Object value = this.jackson.read(reader, kept.parser);
			if (!kept.payloads.isAtEnd() || this.jackson.unread(kept.parser) > 0) {
				return null;
			}
			if (kept.payloads.characters < MOST_CHARACTERS) {
				this.places.set(place, kept);
			}
			return value;
		}
		catch (IOException | RuntimeException | StackOverflowError ex) {
			return null;
		}
	}

	private record Kept<P>(Payloads payloads, P parser) {

	}

	/** One payload after the other. */
	private static final class Payloads extends Reader {

		private String json = "";

		private int position;

		private int characters;

		void next(String json) {
			this.json = json;
			this.position = 0;
			this.characters += json.length();
		}

		boolean isAtEnd() {
			return this.position == this.json.length();
		}

		@Override
		public int read(char[] target, int offset, int length) {
			int count = Math.min(length, this.json.length() - this.position);
			if (count == 0) {
				return -1;
			}
			this.json.getChars(this.position, this.position + count, target, offset);
			this.position += count;
			return count;
		}

		@Override
		public void close() {
			// There is nothing to close.
		}

	}

}
