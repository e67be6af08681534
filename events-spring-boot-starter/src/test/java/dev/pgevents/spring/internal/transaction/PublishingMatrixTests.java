package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An event published in a transaction arrives if that commits, and not before; one that
 * is published in none arrives at once: whatever the transaction manager, the pool's
 * auto-commit, the propagation and the database it is routed to, and with a connection
 * already in use.
 */
@ExtendWith(OutputCaptureExtension.class)
class PublishingMatrixTests {

	private static TestPostgres home;

	private static TestPostgres elsewhere;

	@BeforeAll
	static void createDatabases() throws SQLException {
		home = TestPostgres.shared().createDatabase();
		elsewhere = TestPostgres.shared().createDatabase();
	}

	enum Manager {

		JDBC, JPA, JTA

	}

	/** How the transaction is asked for, and whether there is one then. */
	enum Propagation {

		REQUIRED(TransactionDefinition.PROPAGATION_REQUIRED, true, false),

		REQUIRES_NEW(TransactionDefinition.PROPAGATION_REQUIRES_NEW, true, true),

		SUPPORTS(TransactionDefinition.PROPAGATION_SUPPORTS, false, false),

		NOT_SUPPORTED(TransactionDefinition.PROPAGATION_NOT_SUPPORTED, false, false),

		NOT_SUPPORTED_WITHIN_ANOTHER(TransactionDefinition.PROPAGATION_NOT_SUPPORTED, false, true),

		NEVER(TransactionDefinition.PROPAGATION_NEVER, false, false);

		private final int value;

		private final boolean transaction;

		private final boolean within;

		Propagation(int value, boolean transaction, boolean within) {
			this.value = value;
			this.transaction = transaction;
			this.within = within;
		}

	}

	static Stream<Arguments> contexts() {
		List<Arguments> contexts = new ArrayList<>();
		for (Manager manager : Manager.values()) {
			for (boolean autoCommit : (manager == Manager.JTA) ? new boolean[] { true }
					: new boolean[] { true, false }) {
				for (String mode : List.of("transactional", "after-commit")) {
					contexts.add(Arguments.of(manager, autoCommit, mode));
				}
			}
		}
		return contexts.stream();
	}

	@ParameterizedTest
	@MethodSource("contexts")
	void arrivesWithTheCommitOfItsTransactionOrAtOnceWithoutOne(Manager manager, boolean autoCommit, String mode,
			CapturedOutput output) {
		Routing routing = new Routing(manager, autoCommit);
		runner(manager, routing).withPropertyValues("events.publisher.mode=" + mode)
			.run((context) -> PublishingApplication.with(context, (application) -> {
				for (Propagation propagation : Propagation.values()) {
					for (boolean away : new boolean[] { false, true }) {
						routing.away = away;
						check(application, propagation, true, propagation + " routed " + away + " commit");
						if (propagation.transaction) {
							check(application, propagation, false, propagation + " routed " + away + " rollback");
						}
					}
				}
			}));
		boolean joins = mode.equals("transactional") && manager != Manager.JTA;
		assertThat(output.getAll().contains("was routed to another database")).isEqualTo(joins);
		assertThat(output.getAll().contains("which is never committed")).isEqualTo(!autoCommit);
		routing.close();
	}

	private static void check(PublishingApplication application, Propagation propagation, boolean commit,
			String description) {
		if (propagation.within) {
			application.transaction((outer) -> {
				application.jdbc().queryForObject("SELECT 1", Integer.class);
				checkAlone(application, propagation, commit, description);
				outer.setRollbackOnly();
			});
			assertThat(application.received().appIds()).as(description).isEmpty();
		}
		else {
			checkAlone(application, propagation, commit, description);
		}
	}

	private static void checkAlone(PublishingApplication application, Propagation propagation, boolean commit,
			String description) {
		application.transaction(propagation.value, (status) -> {
			application.jdbc().queryForObject("SELECT 1", Integer.class);
			application.publish("1");
			assertThat(application.received().appIds()).as(description + ": within")
				.isEqualTo(propagation.transaction ? List.of() : List.of("1"));
			if (!commit) {
				status.setRollbackOnly();
			}
		});
		assertThat(application.received().appIds()).as(description + ": afterwards")
			.isEqualTo((propagation.transaction && commit) ? List.of("1") : List.of());
	}

	private static ApplicationContextRunner runner(Manager manager, Routing routing) {
		ApplicationContextRunner runner = new ApplicationContextRunner().withBean(DataSource.class, () -> routing)
			.withPropertyValues("events.postgres.url=" + home.url(), "events.postgres.username=" + home.user(),
					"events.postgres.password=" + home.password(), "spring.jpa.open-in-view=false");
		return switch (manager) {
			case JDBC -> runner.withConfiguration(AutoConfigurations.of(TransactionAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class));
			case JPA -> runner
				.withConfiguration(AutoConfigurations.of(TransactionAutoConfiguration.class,
						HibernateJpaAutoConfiguration.class, EventsAutoConfiguration.class))
				.withUserConfiguration(JpaPublishingTests.Application.class);
			case JTA -> runner.withBean("transactionManager", PlatformTransactionManager.class, Jta::transactionManager)
				.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class));
		};
	}

	/** Two databases behind one DataSource. */
	private static final class Routing extends AbstractRoutingDataSource implements AutoCloseable {

		private final Map<Object, Object> targets;

		private boolean away;

		Routing(Manager manager, boolean autoCommit) {
			this.targets = Map.of(false, target(home, manager, autoCommit), true,
					target(elsewhere, manager, autoCommit));
			setTargetDataSources(this.targets);
			afterPropertiesSet();
		}

		private static DataSource target(TestPostgres database, Manager manager, boolean autoCommit) {
			if (manager == Manager.JTA) {
				return Jta.dataSource(database);
			}
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(database.url());
			pool.setUsername(database.user());
			pool.setPassword(database.password());
			pool.setMaximumPoolSize(3);
			pool.setAutoCommit(autoCommit);
			return pool;
		}

		@Override
		protected Object determineCurrentLookupKey() {
			return this.away;
		}

		@Override
		public void close() {
			for (Object target : this.targets.values()) {
				try {
					((AutoCloseable) target).close();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}
		}

	}

}
