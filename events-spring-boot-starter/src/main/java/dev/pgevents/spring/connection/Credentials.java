package dev.pgevents.spring.connection;

import java.util.Properties;

import org.jspecify.annotations.Nullable;

/**
 * Who connects. No record, whose text would show the password.
 */
final class Credentials {

	private final @Nullable String username;

	private final @Nullable String password;

	private Credentials(@Nullable String username, @Nullable String password) {
		this.username = username;
		this.password = password;
	}

	static Credentials of(@Nullable String username, @Nullable String password) {
		return new Credentials(username, password);
	}

	/** Adds what there is, by pgjdbc's names. */
	void addTo(Properties properties) {
		if (this.username != null) {
			properties.setProperty("user", this.username);
		}
		if (this.password != null) {
			properties.setProperty("password", this.password);
		}
	}

}
