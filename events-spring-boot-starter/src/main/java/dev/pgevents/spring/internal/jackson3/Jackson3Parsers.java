package dev.pgevents.spring.internal.jackson3;

import java.io.Reader;
import java.io.Writer;

import dev.pgevents.postgres.internal.payload.KeptParsers;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;

/**
 * Parsers of Jackson 3. Thread-safe.
 */
final class Jackson3Parsers extends KeptParsers<JsonParser, ObjectReader> {

	private static final Writer NOWHERE = Writer.nullWriter();

	private final ObjectMapper mapper;

	Jackson3Parsers(ObjectMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	protected JsonParser open(Reader payloads) {
		return this.mapper.createParser(payloads);
	}

	@Override
	protected Object read(ObjectReader reader, JsonParser parser) {
		return reader.readValue(parser);
	}

	@Override
	protected int unread(JsonParser parser) {
		return parser.releaseBuffered(NOWHERE);
	}

}
