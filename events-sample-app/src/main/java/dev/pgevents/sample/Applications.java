package dev.pgevents.sample;

import java.util.List;
import java.util.Optional;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The applications. Whoever works on the active ones reads them anew, so that no service
 * acts on what another process has changed since.
 */
@Repository
class Applications {

	private final JdbcClient jdbc;

	Applications(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/** The ids of all active applications. */
	List<String> readActive() {
		return this.jdbc.sql("SELECT id FROM application WHERE active ORDER BY id").query(String.class).list();
	}

	/** The ids of the active applications of a consensus. */
	List<String> readActive(Consensus consensus) {
		return this.jdbc.sql("SELECT id FROM application WHERE active AND consensus = ? ORDER BY id")
			.param(consensus.name())
			.query(String.class)
			.list();
	}

	/** Whether an application is there and active. */
	boolean isActive(String app) {
		return this.jdbc.sql("SELECT EXISTS (SELECT FROM application WHERE id = ? AND active)")
			.param(app)
			.query(Boolean.class)
			.single();
	}

	/** Whether an application is there, active and of a consensus. */
	boolean isActive(String app, Consensus consensus) {
		return this.jdbc.sql("SELECT EXISTS (SELECT FROM application WHERE id = ? AND active AND consensus = ?)")
			.params(app, consensus.name())
			.query(Boolean.class)
			.single();
	}

	/**
	 * Adds an application, active, if it is not there.
	 * @return whether this call has added it
	 */
	boolean register(String app, Consensus consensus) {
		return this.jdbc
			.sql("INSERT INTO application (id, consensus, active) VALUES (?, ?, true) ON CONFLICT DO NOTHING")
			.params(app, consensus.name())
			.update() == 1;
	}

	/**
	 * Takes an application out of service, or back into it.
	 * @return whether this call has changed it
	 */
	boolean setActive(String app, boolean active) {
		return this.jdbc.sql("UPDATE application SET active = ? WHERE id = ? AND active <> ? AND NOT inoperable")
			.params(active, app, active)
			.update() == 1;
	}

	/**
	 * Takes an application out of service for good.
	 * @return whether this call has done it
	 */
	boolean fail(String app) {
		return this.jdbc.sql("UPDATE application SET active = false, inoperable = true WHERE id = ? AND NOT inoperable")
			.param(app)
			.update() == 1;
	}

	/** Whether an application has failed for good. */
	boolean isInoperable(String app) {
		return this.jdbc.sql("SELECT inoperable FROM application WHERE id = ?")
			.param(app)
			.query(Boolean.class)
			.optional()
			.orElse(false);
	}

	/** Who decides on an application's claims; empty if there is no such application. */
	Optional<Consensus> consensus(String app) {
		return this.jdbc.sql("SELECT consensus FROM application WHERE id = ?")
			.param(app)
			.query(String.class)
			.optional()
			.map(Consensus::valueOf);
	}

}
