package dev.pgevents.sample;

/**
 * How far an epoch has come, in this order.
 */
enum EpochStatus {

	OPEN, CLOSED, INPUTS_PROCESSED, CLAIM_CALCULATED, CLAIM_SUBMITTED, CLAIM_ACCEPTED, CLAIM_REJECTED

}
