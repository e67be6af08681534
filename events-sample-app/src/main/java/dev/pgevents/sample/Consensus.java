package dev.pgevents.sample;

/**
 * Who decides on an application's claims.
 */
enum Consensus {

	/** One authority. */
	AUTHORITY,

	/** Whoever wins the dispute resolution. */
	PRT

}
