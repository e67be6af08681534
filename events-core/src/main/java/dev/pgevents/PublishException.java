package dev.pgevents;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * An event was not published, or it is not known whether it was. Which of the two,
 * {@link #outcome()} says, and the message in words. It holds for all events of the call.
 *
 * <p>
 * The unknown is inherent: where a connection breaks between a question and its answer,
 * no client can know whether the server has carried it out. Spring makes the same
 * distinction with {@code HeuristicCompletionException.getOutcomeState()}.
 *
 * @since 0.1
 */
public class PublishException extends EventsException {

	private static final long serialVersionUID = 1L;

	private final Outcome outcome;

	/**
	 * With a message; whether the event was published is {@linkplain Outcome#UNKNOWN not
	 * known}.
	 * @param message what went wrong, and what to do
	 */
	public PublishException(String message) {
		this(Outcome.UNKNOWN, message, null);
	}

	/**
	 * With a message and a cause. The outcome is that of the cause if that is a
	 * {@code PublishException}, else {@linkplain Outcome#UNKNOWN not known}.
	 * @param message what went wrong, and what to do
	 * @param cause why
	 */
	public PublishException(String message, @Nullable Throwable cause) {
		this((cause instanceof PublishException original) ? original.outcome : Outcome.UNKNOWN, message, cause);
	}

	/**
	 * With what is known of the event.
	 * @param outcome what is known
	 * @param message what went wrong, and what to do
	 * @param cause why, or null
	 */
	public PublishException(Outcome outcome, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.outcome = Objects.requireNonNull(outcome, "outcome");
	}

	/**
	 * Returns what is known of the event.
	 * @return whether it certainly was not published
	 */
	public Outcome outcome() {
		return this.outcome;
	}

	/**
	 * What is known of an event whose publishing failed.
	 *
	 * @since 0.1
	 */
	public enum Outcome {

		/**
		 * It was not published and never will be: publishing it again cannot make two of
		 * it.
		 */
		NOT_PUBLISHED,

		/**
		 * It may have been published, and may yet arrive, once. Publishing the same
		 * {@link Event} again may make two with one {@link Event#id()}; consumers that
		 * look at the state instead of counting events need not care.
		 */
		UNKNOWN

	}

}
