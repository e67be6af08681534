package dev.pgevents.spring.internal.observation;

import dev.pgevents.Delivery;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.Subscription;

/**
 * Reports a failure within the observation of the call that has failed, so that the log
 * line has its trace id, and ends that observation.
 *
 * @param errorHandler is called
 */
record ObservedErrorHandler(EventErrorHandler errorHandler) implements EventErrorHandler {

	@Override
	public void onError(Subscription subscription, Delivery delivery, Throwable error) {
		FailedCall.report(error, () -> this.errorHandler.onError(subscription, delivery, error));
	}

}
