package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Transactions of other DataSources, and those that Spring does not know of.
 */
class ForeignTransactionPublishingTests extends TransactionalPublishingTest {

	@Test
	void joinsATransactionThatNobodyToldOf() {
		run((app) -> {
			PlatformTransactionManager unknown = new DataSourceTransactionManager(
					app.context().getBean(DataSource.class));
			TransactionTemplate transaction = new TransactionTemplate(unknown);
			transaction.executeWithoutResult((status) -> {
				app.publish("1");
				assertThat(app.received().appIds()).isEmpty();
			});
			transaction.executeWithoutResult((status) -> {
				app.publish("2");
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).containsExactly("1");
		});
	}

	@Test
	void followsTheTransactionOfAnotherDataSource() {
		this.runner.withUserConfiguration(OtherDatabase.class).run((context) -> with(context, (app) -> {
			TransactionTemplate other = new TransactionTemplate(
					context.getBean("otherTransactionManager", PlatformTransactionManager.class));
			other.executeWithoutResult((status) -> {
				app.publish("1");
				assertThat(app.received().appIds()).isEmpty();
			});
			assertThat(app.received().appIds()).containsExactly("1");
			other.executeWithoutResult((status) -> {
				app.publish("2");
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).isEmpty();
		}));
	}

	@Test
	void saysOnceThatATransactionOfAnotherDataSourceCannotBeJoined(CapturedOutput output) {
		String said = "in a transaction that is not of the bus's DataSource";
		LoggingSystem.get(getClass().getClassLoader())
			.setLogLevel(TransactionalPublisher.class.getName(), LogLevel.INFO);
		this.runner.withUserConfiguration(OtherDatabase.class).run((context) -> with(context, (app) -> {
			app.transaction((status) -> app.publish("own"));
			assertThat(output).doesNotContain(said);
			TransactionTemplate other = new TransactionTemplate(
					context.getBean("otherTransactionManager", PlatformTransactionManager.class));
			other.executeWithoutResult((status) -> app.publish("1"));
			other.executeWithoutResult((status) -> app.publish("2"));
			assertThat(output.getAll()).containsOnlyOnce(said);
		}));
		this.runner.withUserConfiguration(OtherDatabase.class)
			.withPropertyValues("events.publisher.mode=after-commit")
			.run((context) -> with(context, (app) -> {
				new TransactionTemplate(context.getBean("otherTransactionManager", PlatformTransactionManager.class))
					.executeWithoutResult((status) -> app.publish("as asked"));
				assertThat(output.getAll()).containsOnlyOnce(said);
			}));
	}

	@Test
	void joinsItsOwnTransactionWithinThatOfAnotherDataSource() {
		this.runner.withUserConfiguration(OtherDatabase.class).run((context) -> with(context, (app) -> {
			TransactionTemplate other = new TransactionTemplate(
					context.getBean("otherTransactionManager", PlatformTransactionManager.class));
			other.executeWithoutResult((status) -> {
				app.transaction((own) -> app.publish("committed"));
				assertThat(app.received().appIds()).containsExactly("committed");
				app.transaction((own) -> {
					app.publish("rolled back");
					own.setRollbackOnly();
				});
			});
			assertThat(app.received().appIds()).isEmpty();
		}));
	}

	@Test
	void joinsNoConnectionOfWhichNobodyKnowsWhoCommitsIt() {
		this.runner.withUserConfiguration(OtherDatabase.class).run((context) -> with(context, (app) -> {
			TransactionTemplate other = new TransactionTemplate(
					context.getBean("otherTransactionManager", PlatformTransactionManager.class));
			other.executeWithoutResult((status) -> {
				Connection connection = DataSourceUtils.getConnection(context.getBean(DataSource.class));
				try {
					connection.setAutoCommit(false);
					app.publish("after the other commit");
					connection.rollback();
					connection.setAutoCommit(true);
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
				assertThat(app.received().appIds()).isEmpty();
			});
			assertThat(app.received().appIds()).containsExactly("after the other commit");
		}));
	}

	@Test
	void innermostTransactionDecidesOfTwoDataSources() {
		for (String mode : List.of("transactional", "after-commit")) {
			this.runner.withUserConfiguration(OtherDatabase.class)
				.withPropertyValues("events.publisher.mode=" + mode)
				.run((context) -> with(context, (app) -> {
					TransactionTemplate other = new TransactionTemplate(
							context.getBean("otherTransactionManager", PlatformTransactionManager.class));
					app.transaction((outer) -> {
						app.publish("outer");
						other.executeWithoutResult((inner) -> app.publish("inner"));
						assertThat(app.received().appIds()).as("inner committed").containsExactly("inner");
						other.executeWithoutResult((inner) -> {
							app.publish("inner");
							inner.setRollbackOnly();
						});
						app.publish("outer, too");
						assertThat(app.received().appIds()).as("inner rolled back").isEmpty();
						outer.setRollbackOnly();
					});
					assertThat(app.received().appIds()).as("outer rolled back").isEmpty();
					app.transaction((outer) -> {
						app.publish("1");
						other.executeWithoutResult((inner) -> app.publish("2"));
						app.publish("3");
					});
					assertThat(app.received().appIds()).as("both committed").containsExactlyInAnyOrder("1", "2", "3");
				}));
		}
	}

	@Test
	void joinsTransactionsWhateverWrapsTheDataSource() {
		Map<String, UnaryOperator<DataSource>> proxies = Map.of("lazy", LazyConnectionDataSourceProxy::new,
				"transaction-aware", TransactionAwareDataSourceProxy::new, "both",
				(dataSource) -> new TransactionAwareDataSourceProxy(new LazyConnectionDataSourceProxy(dataSource)));
		proxies.forEach((name, proxy) -> {
			List<String> statements = new CopyOnWriteArrayList<>();
			this.runner.withBean(DataSource.class, () -> proxy.apply(recording(database.dataSource(), statements)))
				.run((context) -> with(context, (app) -> {
					app.transaction((status) -> {
						app.publish(name);
						assertThat(app.received().appIds()).isEmpty();
					});
					assertThat(statements).as(name + ": sent on the transaction's connection").hasSize(1);
					assertThat(app.received().appIds()).containsExactly(name);
					app.transaction((status) -> {
						app.publish(name);
						status.setRollbackOnly();
					});
					assertThat(app.received().appIds()).isEmpty();
				}));
		});
	}

	@Test
	void joinsATransactionWithoutSynchronization() {
		run((app) -> {
			((AbstractPlatformTransactionManager) app.transactionManager())
				.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
			app.transaction((status) -> {
				app.publish("1");
				assertThat(app.received().appIds()).isEmpty();
			});
			assertThat(app.received().appIds()).containsExactly("1");
			app.transaction((status) -> {
				app.publish("2");
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	@Test
	void followsTheTransactionOfAnotherDataSourceThatNobodyToldOf() {
		run((app) -> {
			TransactionTemplate other = new TransactionTemplate(
					new DataSourceTransactionManager(TestPostgres.shared().dataSource()));
			other.executeWithoutResult((status) -> {
				Object savepoint = status.createSavepoint();
				app.publish("rolled back");
				status.rollbackToSavepoint(savepoint);
				app.publish("kept");
			});
			assertThat(app.received().appIds()).containsExactly("kept");
			other.executeWithoutResult((status) -> synchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					app.publish("after commit");
				}
			}));
			assertThat(app.received().appIds()).containsExactly("after commit");
		});
	}

	@Test
	void joinsTransactionsOfTheOnlyDataSourceWithTheBusSomewhereElse() {
		this.runner
			.withPropertyValues("events.postgres.url=" + database.url(), "events.postgres.username=" + database.user(),
					"events.postgres.password=" + database.password())
			.run((context) -> with(context, (app) -> {
				app.transaction((status) -> {
					app.publish("1");
					status.setRollbackOnly();
				});
				assertThat(app.received().appIds()).isEmpty();
			}));
	}

	@Configuration(proxyBeanMethods = false)
	static class OtherDatabase {

		@Bean(defaultCandidate = false)
		DataSource otherDataSource() {
			return TestPostgres.shared().dataSource();
		}

		@Bean
		DataSourceTransactionManager transactionManager(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

		@Bean(defaultCandidate = false)
		DataSourceTransactionManager otherTransactionManager() {
			return new DataSourceTransactionManager(otherDataSource());
		}

	}

}
