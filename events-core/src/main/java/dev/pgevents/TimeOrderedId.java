package dev.pgevents;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * UUIDs of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits. Unique,
 * sortable by time, and no secret.
 */
final class TimeOrderedId {

	private static final long VERSION_7 = 0x7000L;

	private static final long RFC_9562_VARIANT = 0x8000_0000_0000_0000L;

	private TimeOrderedId() {
	}

	static UUID next() {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		long high = (System.currentTimeMillis() << 16) | VERSION_7 | (random.nextInt() & 0xFFF);
		long low = (random.nextLong() >>> 2) | RFC_9562_VARIANT;
		return new UUID(high, low);
	}

}
