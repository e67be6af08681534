package dev.pgevents.postgres.internal.diagnosis;

import dev.pgevents.postgres.internal.diagnosis.Deafness.Proof;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeafnessTests {

	@Test
	void transactionModeOfAPooler() {
		assertThat(new Deafness(Proof.SENT, null, true, 7, 8).sentence()).contains("pgbouncer", "transaction mode",
				"events.postgres.url");
		assertThat(new Deafness(Proof.SENT, null, true, 7, 7).sentence()).as("a pool of one session")
			.contains("transaction mode");
	}

	@Test
	void poolerThatHasNoSessionForTheOtherConnection() {
		for (Proof proof : new Proof[] { Proof.WAITING, Proof.NOT_SENT }) {
			assertThat(new Deafness(proof, "An I/O error occurred", true, 7, 0).sentence())
				.contains("An I/O error occurred", "session mode", "pool_size", "events.postgres.url",
						"What others publish is delivered")
				.doesNotContain("transaction mode");
		}
	}

	/** As of PGlite 0.5.14 with pglite-socket 0.2.17: process 42 everywhere. */
	@Test
	void oneSessionForAllConnections() {
		assertThat(new Deafness(Proof.SENT, null, false, 42, 42).sentence())
			.contains("one session of the server (process 42)", "PGlite", "events.backend=in-memory")
			.doesNotContain("another database");
	}

	/** As of PGlite with room for one: "The connection attempt failed." */
	@Test
	void serverWithRoomForOneConnection() {
		assertThat(new Deafness(Proof.NOT_SENT, "The connection attempt failed.", false, 42, 0).sentence()).contains(
				"The connection attempt failed.", "two connections", "max_connections", "PGlite's maxConnections");
	}

	@Test
	void anotherDatabase() {
		assertThat(new Deafness(Proof.SENT, null, false, 7, 8).sentence()).contains("another database or server",
				"events.postgres.url");
	}

	@Test
	void publishingThatFailsOrStandsStill() {
		assertThat(new Deafness(Proof.NOT_SENT, "the queue is full", false, 7, 8).sentence())
			.isEqualTo("the notification that is to prove delivery could not be sent: the queue is full");
		assertThat(new Deafness(Proof.WAITING, "the queue is full", false, 7, 8).sentence())
			.contains("could not be sent: the queue is full");
		assertThat(new Deafness(Proof.WAITING, null, false, 7, 8).sentence()).contains("waiting to be sent")
			.doesNotContain("another database");
	}

}
