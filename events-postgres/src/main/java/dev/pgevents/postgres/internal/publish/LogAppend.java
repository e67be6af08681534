package dev.pgevents.postgres.internal.publish;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * The functions that record notifications.
 *
 * @param function the qualified and quoted name of the one that sends them as well
 * @param recording that of the one that returns what is to be sent
 * @param single that of the one for a single event, whose fields it is given, and which
 * sends if there is a channel
 * @param patience how long it may wait for a partition
 */
public record LogAppend(String function, String recording, String single, Duration patience) {

	/** Beyond that the server reads the fields from the text, or it would be copied. */
	private static final int MAX_SINGLE = 8000;

	/**
	 * The notification for which the function for a single one can be used: the usual
	 * case of a transaction, in which the server would have more work with arrays, and
	 * with reading the text, than with all the rest. Null if there are more, and where
	 * the event's app is written in letters that the text may have escaped.
	 */
	static @Nullable Notification single(List<Notification> notifications) {
		Notification first = notifications.get(0);
		Event event = first.record();
		return (notifications.size() == 1 && event != null && first.length() <= MAX_SINGLE && isPlain(event.appId()))
				? first : null;
	}

	private static boolean isPlain(@Nullable String app) {
		return app == null || app.chars().allMatch((c) -> c >= ' ' && c <= '~');
	}

	/** Channel, text, and the fields of the event. */
	String singleCall() {
		return this.single + "(?, ?, ?, ?, ?, ?, " + this.patience.toMillis() + ")";
	}

	/**
	 * Sets the parameters of {@link #singleCall()}; without a channel nothing is sent.
	 */
	static void bind(PreparedStatement statement, @Nullable String channel, Notification notification)
			throws SQLException {
		Event event = notification.record();
		if (event == null) {
			throw new IllegalArgumentException("not to be recorded: " + notification.eventId());
		}
		statement.setString(1, channel);
		statement.setString(2, notification.payload());
		statement.setObject(3, event.id());
		statement.setString(4, event.type().value());
		statement.setString(5, event.appId());
		statement.setObject(6, event.timestamp().atOffset(ZoneOffset.UTC));
	}

	/** Channels, texts, and which ones are recorded. */
	String call() {
		return this.function + "(?::text[], ?::text[], ?::boolean[], " + this.patience.toMillis() + ")";
	}

	/** Texts, and which ones are recorded. */
	String recordingCall() {
		return this.recording + "(?::text[], ?::boolean[], " + this.patience.toMillis() + ")";
	}

}
