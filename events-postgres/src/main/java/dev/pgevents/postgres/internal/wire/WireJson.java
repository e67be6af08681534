package dev.pgevents.postgres.internal.wire;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * JSON of notifications, and what of it is read: whatever a payload may be that this side
 * agrees to write, with bounds for what others send.
 */
final class WireJson {

	/** As deep as Jackson writes by default. */
	static final int PAYLOAD_NESTING = 1000;

	/** The payload's, and the object around it. */
	static final int NESTING = PAYLOAD_NESTING + 1;

	private WireJson() {
	}

	/** Reads a notification that is not of the own layout. */
	static JsonParser parser(String notification) throws IOException {
		return Notifications.FACTORY.createParser(notification);
	}

	/**
	 * Without the table of names that Jackson keeps for all its parsers: chosen names can
	 * fill a bucket of it, and others that belong there are refused ever after.
	 */
	static JsonFactory factory(int nesting) {
		return JsonFactory.builder()
			.disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNestingDepth(nesting)
				.maxNumberLength(NotificationEncoder.MAX_BYTES)
				.build())
			.build();
	}

	/** Made for the first one: most buses never read one. */
	private static final class Notifications {

		static final JsonFactory FACTORY = factory(NESTING);

	}

}
