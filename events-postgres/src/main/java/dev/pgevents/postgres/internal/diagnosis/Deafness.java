package dev.pgevents.postgres.internal.diagnosis;

import org.jspecify.annotations.Nullable;

/**
 * What is known where a notification that was to prove delivery has not come back.
 *
 * @param proof how far it got
 * @param failure why it could not be sent, if so
 * @param pooled whether the listening connection goes through a pooler
 * @param listeningProcess the server's process of the listening connection
 * @param publishingProcess that of the publishing connection; 0 while there is none
 */
public record Deafness(Proof proof, @Nullable String failure, boolean pooled, int listeningProcess,
		int publishingProcess) {

	private static final String SERVER_ITSELF = " (in Spring Boot: events.postgres.url)";

	/**
	 * Says what is wrong and which setting mends it.
	 * @return a sentence, without a full stop
	 */
	public String sentence() {
		if (this.proof == Proof.SENT) {
			return doesNotComeBack();
		}
		if (this.pooled) {
			return "the notification that is to prove delivery is not sent" + because() + ". The listening connection "
					+ "goes through a pooler (pgbouncer or the like): in session mode it keeps one session of the server "
					+ "for good, and the publishing connection needs another. Raise the pooler's pool_size by two for "
					+ "each bus, or give the bus a URL of the server itself" + SERVER_ITSELF
					+ ". What others publish is delivered";
		}
		if (this.proof == Proof.NOT_SENT || this.failure != null) {
			return "the notification that is to prove delivery could not be sent" + because()
					+ (this.publishingProcess == 0
							? ". The bus needs two connections, one of which it has: there must be "
									+ "room for both (max_connections, the role's CONNECTION LIMIT, PGlite's maxConnections)"
							: "");
		}
		return "the notification that is to prove delivery is waiting to be sent: publishing is slower than events are "
				+ "published, or cannot connect, or stands still";
	}

	private String doesNotComeBack() {
		if (this.pooled) {
			return "the listening connection goes through a pooler (pgbouncer or the like) in transaction mode, where "
					+ "LISTEN does not last: give the bus a URL of the server itself" + SERVER_ITSELF
					+ ", or of a pool in session mode";
		}
		if (this.listeningProcess == this.publishingProcess) {
			return "both connections of the bus share one session of the server (process " + this.listeningProcess
					+ "), which gives what arrives to the one that speaks: so does PGlite's socket server. LISTEN "
					+ "cannot work there: use a PostgreSQL server, or, for events within one process, "
					+ "InMemoryEventBus (in Spring Boot: events.backend=in-memory)";
		}
		return "a notification sent through the publishing path did not come back: publishing goes to another database or "
				+ "server than listening. Give both the same URL of the primary itself" + SERVER_ITSELF;
	}

	private String because() {
		if (this.failure == null) {
			return "";
		}
		boolean stopped = this.failure.endsWith(".");
		return ": " + (stopped ? this.failure.substring(0, this.failure.length() - 1) : this.failure);
	}

	/** How far a proof of delivery got that has not arrived. */
	public enum Proof {

		/** It waits for the publishing connection, or for its answer. */
		WAITING,

		/** It could not be sent. */
		NOT_SENT,

		/** The server has committed it. */
		SENT

	}

}
