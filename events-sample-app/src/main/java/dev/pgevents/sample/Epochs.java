package dev.pgevents.sample;

import java.util.List;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The epochs and their inputs. Each change is an update on a condition, so that it
 * happens once, whoever tries: an event and the periodic look may meet, and so may two
 * processes.
 */
@Repository
class Epochs {

	private final JdbcClient jdbc;

	Epochs(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/** Processes the new inputs of an application. */
	void processInputs(String app) {
		this.jdbc.sql("UPDATE input SET processed = true WHERE app_id = ? AND NOT processed").param(app).update();
	}

	/** Moves closed epochs on whose inputs are all processed. */
	List<Long> inputsProcessed(String app) {
		return this.jdbc.sql("""
				UPDATE epoch SET status = 'INPUTS_PROCESSED'
				WHERE app_id = ? AND status = 'CLOSED' AND NOT EXISTS (
					SELECT FROM input
					WHERE input.app_id = epoch.app_id AND epoch_index = epoch.index AND NOT processed)
				RETURNING index
				""").param(app).query(Long.class).list().stream().sorted().toList();
	}

	/**
	 * Moves epochs on.
	 * @return the indexes of the epochs that this call has moved, in order
	 */
	List<Long> move(String app, EpochStatus from, EpochStatus to) {
		return this.jdbc.sql("UPDATE epoch SET status = ? WHERE app_id = ? AND status = ? RETURNING index")
			.params(to.name(), app, from.name())
			.query(Long.class)
			.list()
			.stream()
			.sorted()
			.toList();
	}

	/** Moves one epoch on, if it is where it is thought to be. */
	boolean move(String app, long epoch, EpochStatus from, EpochStatus to) {
		return this.jdbc.sql("UPDATE epoch SET status = ? WHERE app_id = ? AND index = ? AND status = ?")
			.params(to.name(), app, epoch, from.name())
			.update() == 1;
	}

	/** The epochs of an application that are at a status, in order. */
	List<Long> at(String app, EpochStatus status) {
		return this.jdbc.sql("SELECT index FROM epoch WHERE app_id = ? AND status = ? ORDER BY index")
			.params(app, status.name())
			.query(Long.class)
			.list();
	}

}
