package dev.pgevents.spring.internal.jackson3;

import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.Type;

import dev.pgevents.postgres.internal.payload.JacksonReading;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;

/**
 * Reading with a mapper of Jackson 3.
 *
 * @param mapper the mapper
 */
record Jackson3Reading(ObjectMapper mapper) implements JacksonReading<JsonParser, ObjectReader> {

	private static final Writer NOWHERE = Writer.nullWriter();

	@Override
	public ObjectReader reader(Type type) {
		return this.mapper.readerFor(this.mapper.constructType(type));
	}

	@Override
	public ObjectReader endingWithItsValue(ObjectReader reader) {
		return reader.without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
	}

	@Override
	public JsonParser parser(Reader payloads) {
		return this.mapper.createParser(payloads);
	}

	@Override
	public Object read(ObjectReader reader, String json) {
		return reader.readValue(json);
	}

	@Override
	public Object read(ObjectReader reader, JsonParser parser) {
		return reader.readValue(parser);
	}

	@Override
	public int unread(JsonParser parser) {
		return parser.releaseBuffered(NOWHERE);
	}

}
