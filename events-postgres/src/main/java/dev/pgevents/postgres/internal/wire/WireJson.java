package dev.pgevents.postgres.internal.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * JSON of notifications, and what of it is read: whatever a payload may be that this side
 * agrees to write, with bounds for what others send.
 */
final class WireJson {

	/** As deep as Jackson writes unless told otherwise. */
	static final int PAYLOAD_NESTING = 1000;

	/** The payload's, and the object around it. */
	static final int NESTING = PAYLOAD_NESTING + 1;

	private WireJson() {
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

}
