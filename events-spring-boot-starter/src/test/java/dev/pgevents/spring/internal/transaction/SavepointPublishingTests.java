package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;

import javax.sql.DataSource;

import dev.pgevents.Publisher;
import dev.pgevents.postgres.PostgresEventBus;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events go with the savepoint that is rolled back.
 */
class SavepointPublishingTests extends TransactionalPublishingTest {

	@Test
	void rolledBackNestedTransactionTakesItsEventsAlong() {
		run((app) -> {
			app.transaction((status) -> {
				app.publish("before");
				app.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
					app.publish("rolled back");
					nested.setRollbackOnly();
				});
				app.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> app.publish("kept"));
				app.publish("after");
			});
			assertThat(app.received().appIds()).containsExactly("before", "kept", "after");
		});
	}

	@Test
	void rolledBackSavepointTakesItsEventsAlong() {
		run((app) -> {
			app.transaction((status) -> {
				Object first = status.createSavepoint();
				app.publish("rolled back");
				Object second = status.createSavepoint();
				app.publish("rolled back, too");
				status.releaseSavepoint(second);
				status.rollbackToSavepoint(first);
				app.publish("kept");
			});
			assertThat(app.received().appIds()).containsExactly("kept");
		});
	}

	@Test
	void rolledBackSavepointTakesEventsForAfterTheCommitAlong() {
		run("after-commit", (app) -> {
			app.transaction((status) -> {
				app.publish("before");
				Object savepoint = status.createSavepoint();
				app.publish("rolled back");
				status.rollbackToSavepoint(savepoint);
			});
			assertThat(app.received().appIds()).containsExactly("before");
		});
	}

	@Test
	void savepointByHandTakesNoEventsAlongThatAreHeldUntilTheCommit() {
		run((app) -> {
			app.transaction((status) -> byHand(app, () -> app.publish("held")));
			assertThat(app.received().appIds()).containsExactly("held");
		});
	}

	@Test
	void savepointByHandTakesEventsAlongThatAreSentOnTheConnection() {
		run((app) -> {
			PostgresEventBus bus = app.context().getBean(PostgresEventBus.class);
			DataSource dataSource = app.context().getBean(DataSource.class);
			app.transaction((status) -> {
				Publisher onConnection = bus.publisher(DataSourceUtils.getConnection(dataSource));
				byHand(app, () -> onConnection.publish(event("taken along")));
				onConnection.publish(event("kept"));
			});
			assertThat(app.received().appIds()).containsExactly("kept");
		});
	}

	private static void byHand(App app, Runnable action) {
		Connection connection = DataSourceUtils.getConnection(app.context().getBean(DataSource.class));
		try {
			Savepoint savepoint = connection.setSavepoint();
			action.run();
			connection.rollback(savepoint);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
