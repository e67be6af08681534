package dev.pgevents.sample;

import dev.pgevents.EventTypes;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;

/**
 * What the services tell each other: enough to know where to look, since the tables have
 * the rest.
 */
final class Events {

	private Events() {
	}

	/** There is a new application. */
	@DomainEvent(EventTypes.APP_REGISTERED_VALUE)
	record AppRegistered(@AppId String app) {

	}

	/** An application was taken out of service. */
	@DomainEvent(EventTypes.APP_DEACTIVATED_VALUE)
	record AppDeactivated(@AppId String app) {

	}

	/** An application is in service again. */
	@DomainEvent(EventTypes.APP_REACTIVATED_VALUE)
	record AppReactivated(@AppId String app) {

	}

	/** An application has failed for good. */
	@DomainEvent(EventTypes.APP_INOPERABLE_VALUE)
	record AppInoperable(@AppId String app) {

	}

	/** The chain has begun an epoch. */
	@DomainEvent(EventTypes.EPOCH_OPENED_VALUE)
	record EpochOpened(@AppId String app, long epoch) {

	}

	/** The chain has ended an epoch. */
	@DomainEvent(EventTypes.EPOCH_CLOSED_VALUE)
	record EpochClosed(@AppId String app, long epoch) {

	}

	/** The chain has an input for an application. */
	@DomainEvent(EventTypes.INPUT_RECEIVED_VALUE)
	record InputReceived(@AppId String app, long epoch, long input) {

	}

	/** All inputs of a closed epoch are processed. */
	@DomainEvent(EventTypes.EPOCH_INPUTS_PROCESSED_VALUE)
	record InputsProcessed(@AppId String app, long epoch) {

	}

	/** There is a claim for an epoch. */
	@DomainEvent(EventTypes.EPOCH_CLAIM_CALCULATED_VALUE)
	record ClaimCalculated(@AppId String app, long epoch) {

	}

	/** The chain has the claim. */
	@DomainEvent(EventTypes.EPOCH_CLAIM_SUBMITTED_VALUE)
	record ClaimSubmitted(@AppId String app, long epoch) {

	}

	/** The claim stands. */
	@DomainEvent(EventTypes.EPOCH_CLAIM_ACCEPTED_VALUE)
	record ClaimAccepted(@AppId String app, long epoch) {

	}

	/** The claim does not stand. */
	@DomainEvent(EventTypes.EPOCH_CLAIM_REJECTED_VALUE)
	record ClaimRejected(@AppId String app, long epoch) {

	}

}
