package dev.pgevents.console;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Latencies of a second, each known within a sixteenth. For one thread at a time.
 */
final class LatencyHistogram {

	/** Parts of a power of two, as a power of two. */
	private static final int PRECISION = 4;

	private static final int PARTS = 1 << PRECISION;

	/** Enough for an hour in microseconds; what took longer counts as that. */
	private static final int SIZE = 30 * PARTS;

	private final int[] counts = new int[SIZE];

	private int total;

	void add(Duration latency) {
		this.counts[Math.min(SIZE - 1, index(Math.max(0, TimeUnit.MICROSECONDS.convert(latency))))]++;
		this.total++;
	}

	int total() {
		return this.total;
	}

	/**
	 * The latency that a part of all stayed within, in milliseconds.
	 * @param part above 0, at most 1
	 */
	double percentile(double part) {
		long rank = (long) Math.ceil(part * this.total);
		long seen = 0;
		for (int i = 0; i < SIZE; i++) {
			seen += this.counts[i];
			if (seen >= rank && seen > 0) {
				return micros(i) / 1000d;
			}
		}
		return 0;
	}

	void clear() {
		Arrays.fill(this.counts, 0);
		this.total = 0;
	}

	/** Exact below 2 * PARTS, then PARTS steps for each power of two. */
	private static int index(long micros) {
		if (micros < 2L * PARTS) {
			return (int) micros;
		}
		int power = 63 - Long.numberOfLeadingZeros(micros) - PRECISION;
		return (int) Math.min(SIZE - 1L, (long) power * PARTS + (micros >>> power));
	}

	/** The middle of what an index stands for. */
	private static double micros(int index) {
		if (index < 2 * PARTS) {
			return index;
		}
		int power = index / PARTS - 1;
		long lowest = (long) (index - power * PARTS) << power;
		return lowest + ((1L << power) - 1) / 2d;
	}

}
