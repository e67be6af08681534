package dev.pgevents;

/**
 * Called for each subscription when it is opened and once when it is closed, on the
 * thread that does so. Must not block.
 *
 * @since 0.1
 */
public interface SubscriptionListener {

	/** Takes no interest. */
	SubscriptionListener NONE = new SubscriptionListener() {
	};

	/**
	 * Called when a subscription was opened.
	 * @param subscription the subscription, not live yet
	 */
	default void onOpened(Subscription subscription) {
	}

	/**
	 * Called when a subscription is being closed: nothing arrives any more, a handler may
	 * still run.
	 * @param subscription the subscription
	 */
	default void onClosed(Subscription subscription) {
	}

	/**
	 * Called once when a subscription was closed and its handler runs no more: its
	 * statistics are final. This is after, or at the same time as {@link #onClosed}.
	 * @param subscription the subscription
	 */
	default void onFinished(Subscription subscription) {
	}

}
