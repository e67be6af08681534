package dev.pgevents.benchmarks.peers;

import java.time.Duration;

/** What does the work of a table once, in one process of maybe many. */
interface Peer extends AutoCloseable {

	/** Publishes and commits. Called by many threads. */
	void publish(Work work) throws Exception;

	/** Does what waits, and from then on what is published. */
	void start() throws Exception;

	/** How long it sleeps between two looks; zero where it is told. */
	default Duration pause() {
		return Duration.ZERO;
	}

	@Override
	void close();

	/** Makes one that has done nothing yet. */
	@FunctionalInterface
	interface Factory {

		Peer create(Effect effect, boolean tuned) throws Exception;

	}

}
