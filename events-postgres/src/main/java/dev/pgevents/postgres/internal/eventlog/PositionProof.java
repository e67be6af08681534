package dev.pgevents.postgres.internal.eventlog;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import dev.pgevents.Position;
import org.jspecify.annotations.Nullable;

/**
 * The first fields of a notification that the log has made: {@code part}, {@code pos},
 * and {@code mac}, which proves that its sender may read the log's secret, and has not
 * changed the rest.
 *
 * @param position the position that it claims
 * @param mac the proof
 * @param rest the notification behind these fields, without the brace before them
 */
record PositionProof(Position position, String mac, String rest) {

	private static final String PART = "{\"part\":";

	private static final String POS = ",\"pos\":";

	private static final String MAC = ",\"mac\":\"";

	private static final int MAC_LENGTH = 64;

	private static final int MAX_DIGITS = 18;

	/**
	 * Reads the fields.
	 * @param notification what arrived
	 * @return the fields, or null if it does not begin with them
	 */
	static @Nullable PositionProof of(String notification) {
		if (!notification.startsWith(PART)) {
			return null;
		}
		int partEnd = digitsEnd(notification, PART.length());
		int posStart = partEnd + POS.length();
		int posEnd = digitsEnd(notification, posStart);
		int macStart = posEnd + MAC.length();
		int macEnd = macStart + MAC_LENGTH;
		if (!notification.startsWith(POS, partEnd) || !notification.startsWith(MAC, posEnd)
				|| notification.length() < macEnd + 2 || notification.charAt(macEnd) != '"') {
			return null;
		}
		String part = notification.substring(PART.length(), partEnd);
		String pos = notification.substring(posStart, posEnd);
		if (!isNumber(part, 4) || !isNumber(pos, MAX_DIGITS) || Long.parseLong(pos) == 0) {
			return null;
		}
		int rest = (notification.charAt(macEnd + 1) == ',') ? macEnd + 2 : macEnd + 1;
		return new PositionProof(new Position(Integer.parseInt(part), Long.parseLong(pos)),
				notification.substring(macStart, macEnd), notification.substring(rest));
	}

	private static boolean isNumber(String digits, int max) {
		return !digits.isEmpty() && digits.length() <= max;
	}

	private static int digitsEnd(String text, int start) {
		int end = Math.min(start, text.length());
		while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
			end++;
		}
		return end;
	}

	/** Whether the event itself has to be read, being too large for a notification. */
	boolean isPointer() {
		return this.rest.equals("}");
	}

	/** The notification without these fields. */
	String text() {
		return '{' + this.rest;
	}

	/** Whether the log has made it. */
	boolean isProven(byte[] secret) {
		MessageDigest sha256 = sha256();
		sha256.update(secret);
		byte[] inner = sha256.digest((this.position.partition() + ":" + this.position.number() + ":" + this.rest)
			.getBytes(StandardCharsets.UTF_8));
		sha256.update(secret);
		// In constant time, or the right one could be found by trial.
		return MessageDigest.isEqual(HexFormat.of().formatHex(sha256.digest(inner)).getBytes(StandardCharsets.US_ASCII),
				this.mac.getBytes(StandardCharsets.UTF_8));
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("this Java has no SHA-256", ex);
		}
	}

}
