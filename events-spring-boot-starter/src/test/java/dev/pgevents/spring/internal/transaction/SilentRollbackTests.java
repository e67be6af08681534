package dev.pgevents.spring.internal.transaction;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;

import javax.sql.DataSource;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Transactions that Spring and pgjdbc take for committed, and PostgreSQL has rolled back.
 */
@ExtendWith(OutputCaptureExtension.class)
class SilentRollbackTests {

	private static TestPostgres database;

	private static TestPostgres other;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class))
		.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabases() throws SQLException {
		database = TestPostgres.shared().createDatabase();
		other = TestPostgres.shared().createDatabase();
		for (TestPostgres each : new TestPostgres[] { database, other }) {
			each.execute(
					"CREATE TABLE data (id int PRIMARY KEY, parent int REFERENCES data DEFERRABLE INITIALLY DEFERRED)");
		}
	}

	@BeforeEach
	void empty() throws SQLException {
		database.execute("TRUNCATE data");
		other.execute("TRUNCATE data");
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void eventOfATransactionWithAFailedStatementIsDroppedAndItsCommitFails(String mode) {
		run(this.runner, mode, (application) -> {
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> application.transaction((status) -> failsAndGoesOn(application, application.jdbc())))
				.withMessageContaining("not published: a statement of the transaction has failed")
				.satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_PUBLISHED));
			assertThat(application.received().appIds()).isEmpty();
			assertThat(application.jdbc().queryForList("SELECT id FROM data")).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void likewiseWithJpa(String mode) {
		run(this.runner.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
			.withUserConfiguration(JpaPublishingTests.Application.class), mode, (application) -> {
				assertThatExceptionOfType(PublishException.class).isThrownBy(
						() -> application.transaction((status) -> failsAndGoesOn(application, application.jdbc())));
				assertThat(application.received().appIds()).isEmpty();
			});
	}

	@Test
	void likewiseWithTheInMemoryBus() {
		run(this.runner.withPropertyValues("events.backend=in-memory"), "transactional", (application) -> {
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> application.transaction((status) -> failsAndGoesOn(application, application.jdbc())));
			assertThat(application.received().appIds()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void likewiseInTheTransactionOfAnotherDataSource(String mode) {
		run(this.runner.withUserConfiguration(OtherDatabase.class), mode, (application) -> {
			JdbcTemplate jdbc = new JdbcTemplate(other(application));
			assertThatExceptionOfType(PublishException.class).isThrownBy(() -> application.transaction("otherManager",
					TransactionDefinition.PROPAGATION_REQUIRED, (status) -> failsAndGoesOn(application, jdbc)));
			assertThat(application.received().appIds()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void likewiseWhereTheConnectionHidesTheDriversOwn(String mode) {
		run(this.runner.withBean(DataSource.class, () -> hiding(database.dataSource())), mode, (application) -> {
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> application.transaction((status) -> failsAndGoesOn(application, application.jdbc())));
			assertThat(application.received().appIds()).isEmpty();
			application.transaction((status) -> application.publish("committed"));
			assertThat(application.received().appIds()).containsExactly("committed");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void constraintThatFailsAtTheCommitDropsTheEvent(String mode) {
		run(this.runner, mode, (application) -> {
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> application.transaction((status) -> {
				application.jdbc().update("INSERT INTO data VALUES (1, 2)");
				application.publish("1");
			}));
			assertThat(application.received().appIds()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void statementThatFailsInANestedTransactionHarmsNobody(String mode) {
		run(this.runner, mode, (application) -> {
			application.transaction((status) -> {
				application.jdbc().update("INSERT INTO data VALUES (1)");
				assertThatExceptionOfType(DuplicateKeyException.class)
					.isThrownBy(() -> application.transaction(TransactionDefinition.PROPAGATION_NESTED,
							(nested) -> application.jdbc().update("INSERT INTO data VALUES (1)")));
				application.publish("1");
			});
			assertThat(application.received().appIds()).containsExactly("1");
		});
	}

	@Test
	void statementThatFailsAfterEveryoneElseWasAskedDropsTheEventAndIsTold(CapturedOutput output) {
		run(this.runner, "after-commit", (application) -> {
			application.transaction((status) -> {
				application.publish("1");
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						fail(application.jdbc());
					}

				});
			});
			assertThat(application.received().appIds()).isEmpty();
			assertThat(output).contains("1 events were not published: PostgreSQL has rolled their transaction back");
		});
	}

	@Test
	void transactionThatPublishesNothingIsLeftAlone() {
		run(this.runner, "after-commit",
				(application) -> application.transaction((status) -> fail(application.jdbc())));
	}

	private static void failsAndGoesOn(PublishingApplication application, JdbcTemplate jdbc) {
		jdbc.update("INSERT INTO data VALUES (1)");
		application.publish("of a row that is not there");
		fail(jdbc);
	}

	private static void fail(JdbcTemplate jdbc) {
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> jdbc.execute("SELECT 1 / 0"));
	}

	private static DataSource other(PublishingApplication application) {
		return application.context().getBean("otherDataSource", DataSource.class);
	}

	private static void run(ApplicationContextRunner runner, String mode, Consumer<PublishingApplication> test) {
		runner.withPropertyValues("events.publisher.mode=" + mode)
			.run((context) -> PublishingApplication.with(context, test));
	}

	/** As some pools do, whose connections are wrappers for nothing. */
	private static DataSource hiding(DataSource dataSource) {
		return new DelegatingDataSource(dataSource) {

			@Override
			public Connection getConnection() throws SQLException {
				Connection connection = super.getConnection();
				return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(),
						new Class<?>[] { Connection.class },
						(proxy, method, arguments) -> method.getName().equals("isWrapperFor") ? false
								: ReflectionUtils.invokeMethod(method, connection, arguments));
			}

		};
	}

	@Configuration(proxyBeanMethods = false)
	static class OtherDatabase {

		@Bean(defaultCandidate = false)
		DataSource otherDataSource() {
			return other.dataSource();
		}

		@Bean
		DataSourceTransactionManager transactionManager(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

		@Bean(defaultCandidate = false)
		DataSourceTransactionManager otherManager(@Qualifier("otherDataSource") DataSource otherDataSource) {
			return new DataSourceTransactionManager(otherDataSource);
		}

	}

}
