package dev.pgevents.postgres.fault;

/**
 * What is known of the events 0, 1, 2, … of one publisher.
 */
public interface Published {

	/**
	 * The publisher's name, which is the app id of its events.
	 * @return the name
	 */
	String name();

	/**
	 * How many events have been begun: the next number.
	 * @return the number now
	 */
	int begun();

	/**
	 * What became of an event.
	 * @param number less than {@link #begun()}
	 * @return what is known now
	 */
	Outcome outcome(int number);

	/** What the publisher was told. */
	enum Outcome {

		/** It was published. */
		ACKNOWLEDGED,

		/** It was not published. */
		FAILED,

		/** It may have been published, or still be. */
		UNKNOWN

	}

}
