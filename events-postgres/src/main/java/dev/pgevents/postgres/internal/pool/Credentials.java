package dev.pgevents.postgres.internal.pool;

import java.util.Objects;
import java.util.Properties;

import org.jspecify.annotations.Nullable;

/**
 * Who connects. No record, whose text would show the password.
 */
public final class Credentials {

	private final @Nullable String username;

	private final @Nullable String password;

	private Credentials(@Nullable String username, @Nullable String password) {
		this.username = username;
		this.password = password;
	}

	/**
	 * A user with a password.
	 * @param username the user, or null to leave it open
	 * @param password the password, or null to leave it open
	 * @return the credentials
	 */
	public static Credentials of(@Nullable String username, @Nullable String password) {
		return new Credentials(username, password);
	}

	/**
	 * Compares the users.
	 * @param other other credentials
	 * @return whether they are the same, whatever the passwords
	 */
	public boolean hasUserOf(Credentials other) {
		return Objects.equals(this.username, other.username);
	}

	/**
	 * Compares users and passwords.
	 * @param other other credentials
	 * @return whether both are the same
	 */
	public boolean isSame(Credentials other) {
		return hasUserOf(other) && Objects.equals(this.password, other.password);
	}

	/**
	 * Adds what is not left open, by pgjdbc's names.
	 * @param properties where to
	 */
	public void addTo(Properties properties) {
		if (this.username != null) {
			properties.setProperty("user", this.username);
		}
		if (this.password != null) {
			properties.setProperty("password", this.password);
		}
	}

	/**
	 * Settings for a connection as this user, whoever they were for. Where the user is
	 * left open nothing changes: a pool asks the DataSource behind it then for
	 * connections as whom that likes.
	 * @param settings properties of pgjdbc
	 * @return a copy, with user and password
	 */
	public Properties over(Properties settings) {
		Properties all = new Properties();
		all.putAll(settings);
		if (this.username != null) {
			addTo(all);
		}
		return all;
	}

}
