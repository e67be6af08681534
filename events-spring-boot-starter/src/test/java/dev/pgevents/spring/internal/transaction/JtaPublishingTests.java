package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import javax.sql.DataSource;

import dev.pgevents.PublishException;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import jakarta.transaction.UserTransaction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.jta.JtaTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class JtaPublishingTests {

	private static TestPostgres one;

	private static TestPostgres two;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class))
		.withUserConfiguration(TwoResources.class)
		.withPropertyValues("events.postgres.url=" + one.url(), "events.postgres.username=" + one.user(),
				"events.postgres.password=" + one.password());

	@BeforeAll
	static void createDatabases() throws SQLException {
		one = TestPostgres.shared().createDatabase();
		two = TestPostgres.shared().createDatabase();
		one.execute("CREATE TABLE data (id int PRIMARY KEY)");
		two.execute("CREATE TABLE data (id int PRIMARY KEY)");
	}

	@BeforeEach
	void empty() throws SQLException {
		one.execute("TRUNCATE data");
		two.execute("TRUNCATE data");
	}

	/** What a transaction does, in its order; upper case is SQL on that resource. */
	enum Lines {

		E, ONE_E, E_ONE, ONE_TWO_E, ONE_E_TWO, E_ONE_TWO, TWO_E, E_TWO

	}

	@ParameterizedTest
	@EnumSource
	void eventsLeaveAfterTheCommitOfTheWholeWhateverTheOrderOfLines(Lines lines) {
		inEachMode((application) -> {
			List<String> before = new ArrayList<>();
			application.transaction((status) -> {
				run(application, lines);
				before.addAll(application.received().appIds());
			});
			assertThat(before).isEmpty();
			assertThat(application.received().appIds()).containsExactly("event");
			application.jdbc().update("DELETE FROM data");
			two(application).update("DELETE FROM data");
			application.transaction((status) -> {
				run(application, lines);
				status.setRollbackOnly();
			});
			assertThat(application.received().appIds()).isEmpty();
			assertThat(application.jdbc().queryForList("SELECT id FROM data")).isEmpty();
		});
	}

	private static void run(PublishingApplication application, Lines lines) {
		for (String line : lines.name().split("_")) {
			switch (line) {
				case "E" -> application.publish("event");
				case "ONE" -> application.jdbc().update("INSERT INTO data VALUES (1)");
				default -> two(application).update("INSERT INTO data VALUES (1)");
			}
		}
	}

	@Test
	void isToldOnceInTheDefaultMode(CapturedOutput output) {
		this.runner.run((context) -> PublishingApplication.with(context, (application) -> {
			application.transaction((status) -> application.publish("1"));
			application.transaction((status) -> application.publish("2"));
		}));
		assertThat(output.getAll()).containsOnlyOnce("in a transaction of JTA")
			.contains("leave after the commit of the whole")
			.contains("events.publisher.mode=after-commit");
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void whatIsRecordedIsRefusedAndOthersLeaveAfterTheCommit(String mode) {
		ApplicationContextRunner recording = this.runner.withPropertyValues("events.log.enabled=true",
				"events.publisher.mode=" + mode);
		recording.run((context) -> PublishingApplication.with(context, (application) -> {
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> application.transaction((status) -> application.publish("1")))
				.withMessageContaining("epoch.closed is recorded in the event log")
				.withMessageContaining("events.log.types")
				.matches((failure) -> failure.outcome() == PublishException.Outcome.NOT_PUBLISHED);
			assertThat(application.received().appIds()).isEmpty();
			application.publish("outside");
			assertThat(application.received().appIds()).containsExactly("outside");
		}));
		recording.withPropertyValues("events.log.types=order.*")
			.run((context) -> PublishingApplication.with(context, (application) -> {
				application.transaction((status) -> application.publish("1"));
				assertThat(application.received().appIds()).containsExactly("1");
			}));
	}

	@Test
	void isNotToldWhereItIsMeant(CapturedOutput output) {
		this.runner.withPropertyValues("events.publisher.mode=after-commit")
			.run((context) -> PublishingApplication.with(context,
					(application) -> application.transaction((status) -> application.publish("1"))));
		assertThat(output).doesNotContain("in a transaction of JTA");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void failedStatementWithOneOrTwoResourcesFailsTheCommitAndDropsTheEvent(boolean both) {
		inEachMode((application) -> {
			assertThatExceptionOfType(PublishException.class).isThrownBy(() -> application.transaction((status) -> {
				if (both) {
					two(application).update("INSERT INTO data VALUES (1)");
				}
				application.jdbc().update("INSERT INTO data VALUES (1)");
				application.publish("event");
				assertThatExceptionOfType(DuplicateKeyException.class)
					.isThrownBy(() -> application.jdbc().update("INSERT INTO data VALUES (1)"));
			})).withMessageContaining("a statement of the transaction has failed");
			assertThat(application.received().appIds()).isEmpty();
			assertThat(application.jdbc().queryForList("SELECT id FROM data")).isEmpty();
			assertThat(two(application).queryForList("SELECT id FROM data")).isEmpty();
		});
	}

	@Test
	void transactionThatWasBegunOutsideOfSpringIsWaitedFor() {
		inEachMode((application) -> {
			UserTransaction outside = com.arjuna.ats.jta.UserTransaction.userTransaction();
			begin(outside);
			application.transaction((status) -> {
				application.jdbc().update("INSERT INTO data VALUES (1)");
				application.publish("committed");
			});
			assertThat(application.received().appIds()).as("before its commit").isEmpty();
			end(outside, true);
			assertThat(application.received().appIds()).containsExactly("committed");
			begin(outside);
			application.transaction((status) -> application.publish("rolled back"));
			end(outside, false);
			assertThat(application.received().appIds()).isEmpty();
			application.jdbc().update("DELETE FROM data");
		});
	}

	@Test
	void innerTransactionsHaveTheirOwnEvents() {
		inEachMode((application) -> {
			application.transaction((outer) -> {
				application.jdbc().queryForObject("SELECT 1", Integer.class);
				application.publish("outer");
				application.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (inner) -> {
					application.jdbc().queryForObject("SELECT 1", Integer.class);
					application.publish("inner");
				});
				assertThat(application.received().appIds()).containsExactly("inner");
				application.transaction(TransactionDefinition.PROPAGATION_NOT_SUPPORTED, (none) -> {
					application.jdbc().queryForObject("SELECT 1", Integer.class);
					application.publish("outside");
				});
				assertThat(application.received().appIds()).containsExactly("outside");
				outer.setRollbackOnly();
			});
			assertThat(application.received().appIds()).isEmpty();
		});
	}

	private void inEachMode(Consumer<PublishingApplication> test) {
		for (String mode : List.of("transactional", "after-commit")) {
			this.runner.withPropertyValues("events.publisher.mode=" + mode)
				.run((context) -> PublishingApplication.with(context, test));
		}
	}

	private static JdbcTemplate two(PublishingApplication application) {
		return new JdbcTemplate(application.context().getBean("two", DataSource.class));
	}

	private static void begin(UserTransaction transaction) {
		try {
			transaction.begin();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void end(UserTransaction transaction, boolean commit) {
		try {
			if (commit) {
				transaction.commit();
			}
			else {
				transaction.rollback();
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoResources {

		@Bean
		@Primary
		DataSource one() {
			return Jta.dataSource(one);
		}

		@Bean
		DataSource two() {
			return Jta.dataSource(two);
		}

		@Bean
		JtaTransactionManager transactionManager() {
			return Jta.transactionManager();
		}

	}

}
