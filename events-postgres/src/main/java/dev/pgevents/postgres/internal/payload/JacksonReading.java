package dev.pgevents.postgres.internal.payload;

import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * What reading needs of a mapper of Jackson 2 or 3. Thread-safe.
 *
 * @param <P> the parser
 * @param <R> the reader, which reads values of one type
 * @since 0.1
 */
public interface JacksonReading<P, R> {

	/**
	 * Makes a reader.
	 * @param type of what it reads
	 * @return a reader that refuses what is not one value
	 */
	R reader(Type type);

	/**
	 * Makes a reader like another one.
	 * @param reader the other one
	 * @return a reader that does not look for what comes behind a value
	 */
	R endingWithItsValue(R reader);

	/**
	 * Makes a parser.
	 * @param payloads what it reads
	 * @return the parser
	 * @throws IOException if there is none
	 */
	P parser(Reader payloads) throws IOException;

	/**
	 * Reads a value.
	 * @param reader reads it
	 * @param json the value and nothing else
	 * @return the value
	 * @throws IOException if it cannot be read
	 */
	@Nullable Object read(R reader, String json) throws IOException;

	/**
	 * Reads the next value.
	 * @param reader reads it
	 * @param parser parses it
	 * @return the value
	 * @throws IOException if it cannot be read
	 */
	@Nullable Object read(R reader, P parser) throws IOException;

	/**
	 * How much a parser holds of what it has not parsed yet.
	 * @param parser the parser
	 * @return characters, 0 or less if there are none
	 * @throws IOException if it cannot say so
	 */
	int unread(P parser) throws IOException;

}
