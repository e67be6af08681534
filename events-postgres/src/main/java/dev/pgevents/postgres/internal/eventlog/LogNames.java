package dev.pgevents.postgres.internal.eventlog;

/**
 * How the parts of a log are called, quoted for statements.
 *
 * @param schema the schema's name
 * @param prefix what tables' names begin with
 */
public record LogNames(String schema, String prefix) {

	/** The default schema. */
	public static final String DEFAULT_SCHEMA = "pgevents";

	/** The default prefix. */
	public static final String DEFAULT_PREFIX = "event_";

	/** Leaves room for the longest table's name. */
	private static final int MAX_LENGTH = 40;

	/**
	 * Checks the names.
	 * @throws IllegalArgumentException if one is not valid
	 */
	public LogNames {
		check("schema", schema);
		if (!prefix.isEmpty()) {
			check("table prefix", prefix);
		}
	}

	private static void check(String what, String name) {
		if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0," + (MAX_LENGTH - 1) + "}")) {
			throw new IllegalArgumentException("event log " + what + " \"" + name
					+ "\" is not valid: use letters (a-z, A-Z), digits and '_', at most " + MAX_LENGTH + " characters");
		}
	}

	/**
	 * A table or sequence.
	 * @param name its name without the prefix
	 * @return the quoted name
	 */
	public String table(String name) {
		return quoted(this.prefix + name);
	}

	/** A table by its whole name, which needs no escapes. */
	String quoted(String name) {
		return quotedSchema() + ".\"" + name + '"';
	}

	/**
	 * A function.
	 * @param name its name
	 * @return the qualified name
	 */
	public String function(String name) {
		return quotedSchema() + "." + name;
	}

	/** The log's oid as the first part of an advisory lock. */
	String lock() {
		return "'" + table("log") + "'::pg_catalog.regclass::pg_catalog.oid::integer";
	}

	private String quotedSchema() {
		return '"' + this.schema + '"';
	}

	/** Makes these names of the default ones, in a text of statements. */
	String applied(String sql) {
		return sql.replace("\"" + DEFAULT_SCHEMA + "\"", quotedSchema())
			.replace("\"" + DEFAULT_PREFIX, "\"" + this.prefix);
	}

}
