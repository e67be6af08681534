package dev.pgevents.postgres.internal.publish;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What leaves, seen by a session that listens.
 */
class NotifyStatementTests {

	private static final TestPostgres database = TestPostgres.shared();

	private final String channel = "statement_" + UUID.randomUUID();

	@Test
	void nothingIsSentWhereTheServerRefusesTheLastOfManyStatements() throws Exception {
		try (Connection connection = database.connect(); Connection listening = listening()) {
			List<Notification> tooMany = new ArrayList<>();
			for (int i = 0; i < Batches.MAX_COUNT; i++) {
				tooMany.add(new Notification(this.channel, String.valueOf(i)));
			}
			tooMany.add(new Notification(this.channel, "x".repeat(8000)));
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> NotifyStatement.send(connection, tooMany))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("22023"));
			assertThat(connection.getAutoCommit()).isTrue();
			NotifyStatement.send(connection, List.of(new Notification(this.channel, "last")));
			assertThat(received(listening)).containsExactly("last");
		}
	}

	@Test
	void manyStatementsInTheCallersTransactionAreItsToCommit() throws Exception {
		try (Connection connection = database.connect(); Connection listening = listening()) {
			List<Notification> tooMany = new ArrayList<>();
			for (int i = 0; i <= Batches.MAX_COUNT; i++) {
				tooMany.add(new Notification(this.channel, String.valueOf(i)));
			}
			connection.setAutoCommit(false);
			NotifyStatement.send(connection, tooMany);
			connection.rollback();
			NotifyStatement.send(connection, tooMany);
			assertThat(connection.getAutoCommit()).isFalse();
			connection.commit();
			assertThat(received(listening)).hasSize(Batches.MAX_COUNT + 1).startsWith("0", "1").endsWith("10000");
		}
	}

	private Connection listening() throws SQLException {
		Connection connection = database.connect();
		try (Statement statement = connection.createStatement()) {
			statement.execute("LISTEN \"" + this.channel + '"');
		}
		return connection;
	}

	/** All that has been committed: an answer of the server comes after it. */
	private static List<String> received(Connection listening) throws SQLException {
		try (Statement statement = listening.createStatement()) {
			statement.execute("SELECT 1");
		}
		List<String> payloads = new ArrayList<>();
		for (PGNotification each : listening.unwrap(PGConnection.class).getNotifications()) {
			payloads.add(each.getParameter());
		}
		return payloads;
	}

}
