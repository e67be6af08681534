package dev.pgevents.postgres.internal.payload;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.Type;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;

/**
 * Reading with a mapper of Jackson 2.
 *
 * @param mapper the mapper
 * @since 0.1
 */
public record Jackson2Reading(ObjectMapper mapper) implements JacksonReading<JsonParser, ObjectReader> {

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
	public JsonParser parser(Reader payloads) throws IOException {
		return this.mapper.createParser(payloads);
	}

	@Override
	public Object read(ObjectReader reader, String json) throws IOException {
		return reader.readValue(json);
	}

	@Override
	public Object read(ObjectReader reader, JsonParser parser) throws IOException {
		return reader.readValue(parser);
	}

	@Override
	public int unread(JsonParser parser) throws IOException {
		return parser.releaseBuffered(NOWHERE);
	}

}
