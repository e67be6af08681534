package dev.pgevents.postgres.internal.payload;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;

/**
 * Parsers of Jackson 2. Thread-safe.
 *
 * @since 0.1
 */
public final class Jackson2Parsers extends KeptParsers<JsonParser, ObjectReader> {

	private static final Writer NOWHERE = Writer.nullWriter();

	private final ObjectMapper mapper;

	/**
	 * Parsers of a mapper.
	 * @param mapper makes them
	 */
	public Jackson2Parsers(ObjectMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	protected JsonParser open(Reader payloads) throws IOException {
		return this.mapper.createParser(payloads);
	}

	@Override
	protected Object read(ObjectReader reader, JsonParser parser) throws IOException {
		return reader.readValue(parser);
	}

	@Override
	protected int unread(JsonParser parser) throws IOException {
		return parser.releaseBuffered(NOWHERE);
	}

}
