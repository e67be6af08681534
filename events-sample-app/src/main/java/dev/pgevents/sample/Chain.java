package dev.pgevents.sample;

import java.util.Optional;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * What the chain's reader writes: epochs while they are open, and their inputs. For one
 * reader at a time.
 */
@Repository
class Chain {

	private final JdbcClient jdbc;

	Chain(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/** Keeps other readers off until the end of the transaction. */
	void lock() {
		this.jdbc.sql("SELECT pg_advisory_xact_lock(20261102)").query().singleRow();
	}

	/** The epoch that takes inputs. */
	Optional<Long> openEpoch(String app) {
		return this.jdbc.sql("SELECT index FROM epoch WHERE app_id = ? AND status = 'OPEN'")
			.param(app)
			.query(Long.class)
			.optional();
	}

	/**
	 * Opens the next epoch.
	 * @return its index
	 */
	long open(String app) {
		return this.jdbc.sql("""
				INSERT INTO epoch SELECT :app, count(*), 'OPEN' FROM epoch WHERE app_id = :app
				RETURNING index
				""").param("app", app).query(Long.class).single();
	}

	/** How many inputs an epoch has. */
	long inputs(String app, long epoch) {
		return this.jdbc.sql("SELECT count(*) FROM input WHERE app_id = ? AND epoch_index = ?")
			.params(app, epoch)
			.query(Long.class)
			.single();
	}

	/**
	 * Adds an input to an epoch.
	 * @return its index among all inputs of the application
	 */
	long receive(String app, long epoch) {
		return this.jdbc.sql("""
				INSERT INTO input SELECT :app, :epoch, count(*) FROM input WHERE app_id = :app
				RETURNING index
				""").param("app", app).param("epoch", epoch).query(Long.class).single();
	}

	/** Adds as many inputs to an epoch, and gives the index of the first. */
	long receive(String app, long epoch, int count) {
		return this.jdbc.sql("""
				WITH added AS (
					INSERT INTO input SELECT :app, :epoch, (SELECT count(*) FROM input WHERE app_id = :app) + each - 1
					FROM generate_series(1, :count) AS each
					RETURNING index)
				SELECT min(index) FROM added
				""").param("app", app).param("epoch", epoch).param("count", count).query(Long.class).single();
	}

	/** Closes an epoch: it takes no more inputs. */
	void close(String app, long epoch) {
		this.jdbc.sql("UPDATE epoch SET status = 'CLOSED' WHERE app_id = ? AND index = ?").params(app, epoch).update();
	}

}
