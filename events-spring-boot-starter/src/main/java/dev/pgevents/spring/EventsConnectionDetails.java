package dev.pgevents.spring;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the bus's own two connections go, if not where the application's DataSource goes.
 * A bean of this type comes before everything else; it is asked anew at every attempt to
 * connect, so that it may give out a rotated password or a short-lived token.
 *
 * @since 0.1
 */
public interface EventsConnectionDetails extends ConnectionDetails {

	/**
	 * Returns the URL of the database.
	 * @return a URL of pgjdbc: {@code jdbc:postgresql://…}
	 */
	String getJdbcUrl();

	/**
	 * The user.
	 * @return the user, or null where the URL names it
	 */
	@Nullable String getUsername();

	/**
	 * The password.
	 * @return the password, or null for none
	 */
	@Nullable String getPassword();

}
