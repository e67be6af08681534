package dev.pgevents.internal.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

import org.jspecify.annotations.Nullable;

/**
 * Which partition an app's events are in.
 *
 * @param count how many there are for apps; one more is for events without app id
 */
public record Partitions(int count) {

	/** The default count. */
	public static final int DEFAULT = 64;

	/** The highest count. */
	public static final int MAX = 1024;

	/**
	 * Checks the count.
	 * @throws IllegalArgumentException if it is out of range
	 */
	public Partitions {
		if (count < 1 || count > MAX) {
			throw new IllegalArgumentException("partitions is " + count + ", 1 to " + MAX + " are possible");
		}
	}

	/**
	 * The partition of an app: the first four bytes of the SHA-256 of its id, modulo the
	 * count. That is what the functions of the PostgreSQL log do as well.
	 * @param appId the app's id, or null for none
	 * @return 0 to {@code count}
	 */
	public int of(@Nullable String appId) {
		if (appId == null) {
			return this.count;
		}
		byte[] hash = sha256().digest(appId.getBytes(StandardCharsets.UTF_8));
		return (int) (Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt()) % this.count);
	}

	/**
	 * How many there are in all.
	 * @return one more than those of apps
	 */
	public int total() {
		return this.count + 1;
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
