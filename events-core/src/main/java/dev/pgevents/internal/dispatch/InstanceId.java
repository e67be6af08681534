package dev.pgevents.internal.dispatch;

import java.security.SecureRandom;

/**
 * Names one bus among all that share its database.
 */
public final class InstanceId {

	/**
	 * Short, since each event carries it; of a thousand instances two have the same one
	 * in one of five hundred million cases.
	 */
	private static final int BITS = 48;

	private static final SecureRandom random = new SecureRandom();

	private InstanceId() {
	}

	/**
	 * An id for a bus that has just been made.
	 * @return twelve hexadecimal digits
	 */
	public static String next() {
		// The bit above keeps leading zeros.
		return Long.toHexString((1L << BITS) | (random.nextLong() >>> (Long.SIZE - BITS))).substring(1);
	}

}
