package dev.pgevents.postgres.internal.eventlog;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Position;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes events of rows of the log and of held events. Thread-safe.
 */
final class EventRows {

	/** The columns, in the order in which they are read. */
	static final String COLUMNS = "part, pos, id, type, app_id, occurred_at, headers, payload";

	private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {
	};

	private static final Logger logger = LoggerFactory.getLogger(EventRows.class);

	private final ObjectMapper json = new ObjectMapper();

	private final String busName;

	private final PayloadCodec codec;

	EventRows(String busName, PayloadCodec codec) {
		this.busName = busName;
		this.codec = codec;
	}

	/**
	 * The event of the row.
	 * @param rows stands on the row
	 * @param first the index of {@link #COLUMNS}' first one
	 */
	Event event(ResultSet rows, int first) throws SQLException {
		Position position = new Position(rows.getInt(first), rows.getLong(first + 1));
		String payload = rows.getString(first + 7);
		return new Event(rows.getObject(first + 2, UUID.class), EventType.of(rows.getString(first + 3)),
				rows.getString(first + 4), Payload.ofJson((payload != null) ? payload : "null", this.codec),
				rows.getObject(first + 5, OffsetDateTime.class).toInstant(),
				headers(rows.getString(first + 6), position), position, null);
	}

	private Map<String, String> headers(@Nullable String headers, Position position) {
		if (headers == null) {
			return Map.of();
		}
		try {
			return this.json.readValue(headers, HEADERS);
		}
		catch (IOException ex) {
			// Of one who has inserted them by hand: that must not hold up a partition.
			logger.debug("{}: the headers of the event at {} are not an object of texts, and left out", this.busName,
					position, ex);
			return Map.of();
		}
	}

}
