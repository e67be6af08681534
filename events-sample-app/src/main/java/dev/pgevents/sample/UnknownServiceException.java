package dev.pgevents.sample;

/**
 * The user asked for a service that no node has.
 */
final class UnknownServiceException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	UnknownServiceException(String name) {
		super("There is no service '" + name + "'.");
	}

}
