package dev.pgevents.benchmarks.sidebyside;

/**
 * A way to receive notifications. Reconnects by itself, as its users would have it.
 */
interface Receiver {

	/** Where idle latency and steady load are measured; also the event type. */
	String CHANNEL = "bench.sent";

	/** Where bursts are sent: a million events may wait here. */
	String DRAIN_CHANNEL = "bench.drain";

	/** Enough for the largest burst. */
	int DRAIN_BUFFER = 2_000_000;

	/**
	 * Connects and returns once it listens to both channels.
	 */
	void start(String url, Recording recording) throws Exception;

	/**
	 * Listens to one more channel, asked by a thread that is not the receiving one.
	 */
	void listen(String channel) throws Exception;

}
