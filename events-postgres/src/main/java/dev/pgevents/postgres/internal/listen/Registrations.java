package dev.pgevents.postgres.internal.listen;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

import dev.pgevents.postgres.internal.session.Session;

/**
 * The channels to which a session LISTENs. Not thread-safe.
 *
 * <p>
 * Behind a pooler each statement may run on another session of the server, which others
 * use next: so it is kept in mind where a LISTEN was executed, to be taken back there.
 */
final class Registrations {

	/** How often to try to be given a session again: a pooler prefers the last used. */
	private static final int ATTEMPTS = 50;

	private static final String PROCESS = "SELECT pg_catalog.pg_backend_pid()";

	private final Session session;

	private final Set<String> channels = new HashSet<>();

	/** Behind a pooler: all channels that were ever registered, and where. */
	private final Set<String> everRegistered = new HashSet<>();

	private final Set<String> processes = new HashSet<>();

	Registrations(Session session) {
		this.session = session;
	}

	/** The channels, as far as is known. */
	Set<String> channels() {
		return this.channels;
	}

	/**
	 * Registers what is missing, and nothing else.
	 * @param wanted the channels
	 * @return whether a statement was needed for it
	 * @throws SQLException if it fails
	 */
	boolean become(Set<String> wanted) throws SQLException {
		StringBuilder sql = new StringBuilder();
		append(sql, "LISTEN ", wanted, this.channels);
		append(sql, "UNLISTEN ", this.channels, wanted);
		boolean executed = !sql.isEmpty();
		if (executed && this.session.isPooled()) {
			this.everRegistered.addAll(wanted);
			this.processes.add(this.session.executeAndQuery(sql + PROCESS));
		}
		else if (executed) {
			this.session.execute(sql.toString());
		}
		this.channels.clear();
		this.channels.addAll(wanted);
		return executed;
	}

	/** The server does not know of all of them any more. */
	void retain(Set<String> registered) {
		this.channels.retainAll(registered);
	}

	/**
	 * Takes back all, wherever a pooler has let it be registered: in one message each
	 * time, which is executed on one session.
	 * @throws SQLException if it fails
	 */
	void withdraw() throws SQLException {
		this.channels.clear();
		StringBuilder sql = new StringBuilder();
		append(sql, "UNLISTEN ", this.everRegistered, Set.of());
		for (int i = 0; i < ATTEMPTS && !this.processes.isEmpty(); i++) {
			this.processes.remove(this.session.executeAndQuery(sql + PROCESS));
		}
		this.everRegistered.clear();
		this.processes.clear();
	}

	/** A statement for each channel of the first that is none of the others. */
	private static void append(StringBuilder sql, String command, Set<String> channels, Set<String> others) {
		for (String channel : channels) {
			if (!others.contains(channel)) {
				sql.append(command).append(quoted(channel)).append(';');
			}
		}
	}

	private static String quoted(String channel) {
		return '"' + channel.replace("\"", "\"\"") + '"';
	}

}
