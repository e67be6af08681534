package dev.pgevents.spring;

import dev.pgevents.EventsException;
import org.jspecify.annotations.Nullable;

/**
 * Something about the application's events cannot work: the start fails, and says what
 * and what to do.
 *
 * @since 0.1
 */
public class EventsConfigurationException extends EventsException {

	private static final long serialVersionUID = 1L;

	private final String description;

	private final String action;

	/**
	 * Says what is wrong.
	 * @param description what cannot work, where, and why; no secrets
	 * @param action what to do
	 */
	public EventsConfigurationException(String description, String action) {
		this(description, action, null);
	}

	/**
	 * Says what is wrong, and from what.
	 * @param description what cannot work, where, and why; no secrets
	 * @param action what to do
	 * @param cause the cause
	 */
	public EventsConfigurationException(String description, String action, @Nullable Throwable cause) {
		super(description + ". " + action, cause);
		this.description = description;
		this.action = action;
	}

	/**
	 * Returns what cannot work.
	 * @return a sentence without its full stop
	 */
	public String description() {
		return this.description;
	}

	/**
	 * Returns what to do.
	 * @return a sentence
	 */
	public String action() {
		return this.action;
	}

}
