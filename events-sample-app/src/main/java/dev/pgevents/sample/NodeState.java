package dev.pgevents.sample;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The node as its page shows it, read from the tables.
 */
@Repository
class NodeState {

	/** Epochs of an application that are shown. */
	private static final int EPOCHS = 9;

	private final JdbcClient jdbc;

	NodeState(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	List<App> apps() {
		return this.jdbc.sql("SELECT id, consensus, active, inoperable FROM application ORDER BY id")
			.query((row, number) -> new App(row.getString(1), row.getString(2),
					row.getBoolean(4) ? "inoperable" : row.getBoolean(3) ? "active" : "paused",
					epochs(row.getString(1))))
			.list();
	}

	/** The newest first. */
	private List<Epoch> epochs(String app) {
		return this.jdbc.sql("""
				SELECT index, status,
					(SELECT count(*) FROM input WHERE input.app_id = epoch.app_id AND epoch_index = epoch.index)
				FROM epoch WHERE app_id = :app ORDER BY index DESC LIMIT :epochs
				""")
			.param("app", app)
			.param("epochs", EPOCHS)
			.query((row, number) -> new Epoch(row.getLong(1), row.getString(2), row.getLong(3)))
			.list();
	}

	/** How many epochs there are at each status. */
	Map<String, Long> waiting() {
		return this.jdbc
			.sql("SELECT status, count(*) FROM epoch WHERE status NOT IN ('CLAIM_ACCEPTED', 'CLAIM_REJECTED') "
					+ "GROUP BY status ORDER BY status")
			.query((rows) -> {
				Map<String, Long> counts = new TreeMap<>();
				while (rows.next()) {
					counts.put(rows.getString(1), rows.getLong(2));
				}
				return counts;
			});
	}

	/**
	 * An application.
	 *
	 * @param id its id
	 * @param consensus who decides on its claims
	 * @param status whether it is worked on
	 * @param epochs its newest epochs, the newest first
	 */
	record App(String id, String consensus, String status, List<Epoch> epochs) {

	}

	/**
	 * An epoch.
	 *
	 * @param index its index
	 * @param status how far it has come
	 * @param inputs how many inputs it has
	 */
	record Epoch(long index, String status, long inputs) {

	}

	/**
	 * A service.
	 *
	 * @param name its name
	 * @param here whether it runs in this process
	 * @param last what it did last, or null
	 */
	record Service(String name, boolean here, ServiceActivity.@Nullable Act last) {

	}

}
