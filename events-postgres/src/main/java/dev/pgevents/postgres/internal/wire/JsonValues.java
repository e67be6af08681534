package dev.pgevents.postgres.internal.wire;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pgevents.PayloadConversionException;

/**
 * Checks JSON that the application wrote itself, before it becomes part of a
 * notification.
 */
final class JsonValues {

	private static final JsonFactory JSON = WireJson.factory(WireJson.PAYLOAD_NESTING);

	private JsonValues() {
	}

	static void check(String json) {
		if (JsonSyntax.endOfValue(json, 0) == json.length()) {
			return;
		}
		try (JsonParser parser = JSON.createParser(json)) {
			JsonToken first = parser.nextToken();
			if (first == null) {
				throw new PayloadConversionException("payload is empty text, not JSON: write null for no payload");
			}
			parser.skipChildren();
			if (parser.nextToken() != null) {
				throw new PayloadConversionException("payload goes on after the first JSON value: send one value");
			}
		}
		catch (IOException ex) {
			throw new PayloadConversionException("payload is not JSON: it cannot be read by its consumers",
					JsonFailure.of(ex));
		}
	}

}
