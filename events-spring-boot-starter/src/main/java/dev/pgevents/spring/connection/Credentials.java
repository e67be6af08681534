package dev.pgevents.spring.connection;

import java.util.Objects;
import java.util.Properties;

import dev.pgevents.postgres.ConnectionSource;
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

	/** Whether there is a user to be. */
	boolean isPresent() {
		return this.username != null;
	}

	boolean hasUserOf(Credentials other) {
		return Objects.equals(this.username, other.username);
	}

	boolean isSame(Credentials other) {
		return hasUserOf(other) && Objects.equals(this.password, other.password);
	}

	/** Connections as this user, whoever the source itself would be. */
	ConnectionSource on(ConnectionSource source) {
		return (settings) -> {
			Properties all = new Properties();
			settings.stringPropertyNames().forEach((name) -> all.setProperty(name, settings.getProperty(name)));
			addTo(all);
			return source.open(all);
		};
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
