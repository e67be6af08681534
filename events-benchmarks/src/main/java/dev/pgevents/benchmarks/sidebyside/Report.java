package dev.pgevents.benchmarks.sidebyside;

import java.util.Arrays;

/**
 * What a receiver tells of a run, times in nanoseconds.
 *
 * @param count how many arrived
 * @param p50 median latency
 * @param p99 99th percentile
 * @param p999 99.9th percentile
 * @param max the largest latency
 * @param firstSent when the first that arrived was sent
 * @param longestHole the longest time between the sending of two that arrived one after
 * the other
 * @param gaps how often the receiver was told that something may be missing
 */
record Report(long count, long p50, long p99, long p999, long max, long firstSent, long longestHole, long gaps) {

	static Report parse(String line) {
		long[] fields = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
		return new Report(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], fields[7]);
	}

	String line() {
		return this.count + " " + this.p50 + " " + this.p99 + " " + this.p999 + " " + this.max + " " + this.firstSent
				+ " " + this.longestHole + " " + this.gaps;
	}

}
