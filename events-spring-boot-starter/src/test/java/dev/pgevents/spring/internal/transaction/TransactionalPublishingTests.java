package dev.pgevents.spring.internal.transaction;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class TransactionalPublishingTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final EventType TYPE = EventType.of("epoch.closed");

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class))
		.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@Test
	void deliversOnCommitAndNotBefore() {
		run((app) -> {
			app.transaction((status) -> {
				app.publish("1");
				app.publish("2");
				assertThat(app.received().appIds()).isEmpty();
			});
			assertThat(app.received().appIds()).containsExactly("1", "2");
		});
	}

	@Test
	void dropsOnRollback() {
		run((app) -> {
			app.transaction((status) -> {
				app.publish("1");
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	@Test
	void connectionLostBeforeTheCommitSaysThatNothingWasPublished() {
		run((app) -> {
			JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
			List<PublishException> failures = new ArrayList<>();
			assertThatRuntimeException().isThrownBy(() -> app.transaction((status) -> synchronization(new Late() {

				@Override
				public void beforeCommit(boolean readOnly) {
					endSession(jdbc.queryForObject("SELECT pg_backend_pid()", Integer.class));
					failures.add(catchThrowableOfType(PublishException.class, () -> app.publish("1")));
				}

			})));
			assertThat(failures).extracting(PublishException::outcome).containsExactly(Outcome.NOT_PUBLISHED);
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	private static void endSession(Integer process) {
		new JdbcTemplate(database.dataSource()).queryForObject("SELECT pg_terminate_backend(?, 20000)", Boolean.class,
				process);
	}

	@Test
	void publishesAtOnceWithoutTransaction() {
		run((app) -> {
			app.publish("1");
			assertThat(app.received().appIds()).containsExactly("1");
		});
	}

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
	void publishesFromBeforeCommit() {
		run((app) -> {
			app.transaction((status) -> {
				app.publish("1");
				synchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						app.publish("2");
						assertThat(app.received().appIds()).isEmpty();
					}
				});
			});
			assertThat(app.received().appIds()).containsExactly("1", "2");
		});
	}

	@Test
	void eventArrivesAsOftenAsItWasPublished() {
		Event event = Event.of(TYPE, "again", null);
		for (String mode : List.of("transactional", "after-commit")) {
			run(mode, (app) -> {
				Publisher publisher = app.context().getBean(Publisher.class);
				app.transaction((status) -> {
					publisher.publish(event);
					publisher.publish(event);
					synchronization(new Late() {

						@Override
						public void beforeCommit(boolean readOnly) {
							publisher.publish(event);
							publisher.publishAll(List.of(event, event));
						}
					});
				});
				assertThat(app.received().appIds()).hasSize(5).containsOnly("again");
			});
		}
	}

	@Test
	void publishesForTheFirstTimeFromALateBeforeCommit() {
		run((app) -> {
			app.transaction((status) -> synchronization(new Late() {

				@Override
				public void beforeCommit(boolean readOnly) {
					app.publish("1");
					assertThat(app.received().appIds()).isEmpty();
				}
			}));
			assertThat(app.received().appIds()).containsExactly("1");
		});
	}

	@Test
	void dropsWhatBeforeCommitPublishedWhenTheCommitFailsAfterwards() {
		run((app) -> {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> app.transaction((status) -> synchronization(new Late() {

					@Override
					public void beforeCommit(boolean readOnly) {
						app.publish("1");
						throw new IllegalStateException("no");
					}
				})));
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	@Test
	void publishesFromAfterCommitAndAfterCompletion() {
		run((app) -> {
			app.transaction((status) -> {
				app.publish("1");
				synchronization(publishingAfterwards(app));
			});
			assertThat(app.received().appIds()).containsExactly("1", "after commit", "after completion");
		});
	}

	@Test
	void publishesForTheFirstTimeFromAfterCommitAndAfterCompletion() {
		run((app) -> {
			app.transaction((status) -> synchronization(publishingAfterwards(app)));
			assertThat(app.received().appIds()).containsExactly("after commit", "after completion");
		});
	}

	@Test
	void publishesFromAfterCommitWithAPoolOfOneConnection() {
		this.runner
			.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
					"spring.datasource.hikari.connection-timeout=1000")
			.run((context) -> with(context, (app) -> {
				app.transaction((status) -> {
					app.publish("1");
					synchronization(publishingAfterwards(app));
				});
				assertThat(app.received().appIds()).containsExactly("1", "after commit", "after completion");
			}));
	}

	@Test
	void publishesFromAfterCommitWhereThePoolHasAutocommitOff() {
		this.runner.withPropertyValues("spring.datasource.hikari.auto-commit=false")
			.run((context) -> with(context, (app) -> {
				app.transaction((status) -> synchronization(publishingAfterwards(app)));
				assertThat(app.received().appIds()).containsExactly("after commit", "after completion");
			}));
	}

	@Test
	void requiresNewHasItsOwnEvents() {
		run((app) -> {
			app.transaction((status) -> {
				app.publish("outer");
				app.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (inner) -> app.publish("inner"));
				assertThat(app.received().appIds()).containsExactly("inner");
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	@Test
	void rolledBackRequiresNewLeavesTheOuterEvents() {
		run((app) -> {
			app.transaction((status) -> {
				app.publish("outer");
				app.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (inner) -> {
					app.publish("inner");
					inner.setRollbackOnly();
				});
			});
			assertThat(app.received().appIds()).containsExactly("outer");
		});
	}

	@Test
	void publishesInReadOnlyTransactions() {
		run((app) -> {
			TransactionTemplate readOnly = new TransactionTemplate(app.transactionManager());
			readOnly.setReadOnly(true);
			readOnly.executeWithoutResult((status) -> app.publish("1"));
			assertThat(app.received().appIds()).containsExactly("1");
		});
	}

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

	@Test
	void publishAsyncJoinsNoTransaction() {
		run((app) -> app.transaction((status) -> {
			app.publisher().publishAsync(event("1")).join();
			assertThat(app.received().appIds()).containsExactly("1");
			status.setRollbackOnly();
		}));
	}

	@Test
	void immediateModeJoinsNoTransaction() {
		run("immediate", (app) -> app.transaction((status) -> {
			app.publish("1");
			assertThat(app.received().appIds()).containsExactly("1");
			status.setRollbackOnly();
		}));
	}

	@Test
	void afterCommitModePublishesAfterTheCommitAndBeforeWhatItsListenersPublish() {
		run("after-commit", (app) -> {
			app.transaction((status) -> {
				app.publish("1");
				synchronization(publishingAfterwards(app));
				assertThat(app.received().appIds()).isEmpty();
			});
			assertThat(app.received().appIds()).containsExactly("1", "after commit", "after completion");
			app.transaction((status) -> {
				app.publish("2");
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	@Test
	void eventsThatCannotLeaveAfterTheCommitAreToldInTheLogAndCutNobodyOff(CapturedOutput output) {
		run("after-commit", (app) -> {
			PostgresEventBus bus = app.context().getBean(PostgresEventBus.class);
			AtomicBoolean told = new AtomicBoolean();
			for (int i = 0; i < 3; i++) {
				app.transaction((status) -> {
					app.publish("lost");
					bus.close();
					synchronization(new TransactionSynchronization() {

						@Override
						public void afterCommit() {
							told.set(true);
						}
					});
				});
			}
			assertThat(told).isTrue();
			assertThat(output).contains("1 events of a transaction that has committed were not published")
				.contains("it happened 2 times by now")
				.doesNotContain("it happened 3 times by now");
		});
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
	void publishesAtOnceWhereATransactionIsNotSupported() {
		run((app) -> app.transaction((status) -> {
			app.publish("held");
			app.transaction(TransactionDefinition.PROPAGATION_NOT_SUPPORTED, (none) -> {
				app.publish("1");
				assertThat(app.received().appIds()).containsExactly("1");
			});
			status.setRollbackOnly();
		}));
	}

	@Test
	void publishesAllAndPayloadsInTheTransaction() {
		run((app) -> {
			DomainEventPublisher payloads = app.context().getBean(DomainEventPublisher.class);
			app.transaction((status) -> {
				app.publisher().publishAll(List.of(event("1"), event("2")));
				payloads.publish(new Closed("3"));
				assertThat(app.received().appIds()).isEmpty();
			});
			assertThat(app.received().appIds()).containsExactly("1", "2", "3");
			app.transaction((status) -> {
				payloads.publish(new Closed("4"));
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	@Test
	void leavesInOneStatementBeforeTheCommit() {
		List<String> statements = new CopyOnWriteArrayList<>();
		this.runner.withBean(DataSource.class, () -> recording(database.dataSource(), statements))
			.run((context) -> with(context, (app) -> {
				app.transaction((status) -> {
					app.publish("1");
					app.publish("2");
					app.publisher().publishAll(List.of(event("3"), event("4")));
					assertThat(statements).isEmpty();
				});
				assertThat(statements).hasSize(1);
				assertThat(app.received().appIds()).containsExactly("1", "2", "3", "4");
			}));
	}

	@Test
	void leavesInOneStatementWithWhatOthersPublishBeforeTheCommit() {
		List<String> statements = new CopyOnWriteArrayList<>();
		this.runner.withBean(DataSource.class, () -> recording(database.dataSource(), statements))
			.run((context) -> with(context, (app) -> {
				app.transaction((status) -> {
					app.publish("1");
					synchronization(new First() {

						@Override
						public void beforeCommit(boolean readOnly) {
							app.publish("2");
						}
					});
				});
				assertThat(statements).hasSize(1);
				assertThat(app.received().appIds()).containsExactly("1", "2");
			}));
	}

	@Test
	void knowsOfTheCommitBeforeTheFirstWhoPublishesAfterIt() {
		this.runner.withPropertyValues("spring.datasource.hikari.auto-commit=false")
			.run((context) -> with(context, (app) -> {
				app.transaction((status) -> synchronization(new First() {

					@Override
					public void afterCommit() {
						app.publish("first");
					}
				}));
				assertThat(app.received().appIds()).containsExactly("first");
			}));
	}

	@Test
	void saysThatEventsWereNotPublishedWhereNobodyKnowsOfTheCommit(CapturedOutput output) {
		run("after-commit", (app) -> {
			JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
			assertThatException().isThrownBy(() -> app.transaction((status) -> {
				app.publish("1");
				Integer pid = jdbc.queryForObject("SELECT pg_backend_pid()", Integer.class);
				terminate(pid);
			}));
			assertThat(output).contains("1 events were not published: whether their transaction has committed");
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	@Test
	void doesNotWaitAfterTheCommitForEventsToBeSent() {
		this.runner
			.withPropertyValues("events.publisher.mode=after-commit",
					"events.postgres.url=jdbc:postgresql://localhost:1/none", "events.publisher.timeout=1m",
					"events.listener.shutdown-timeout=1ms")
			.run((context) -> {
				Publisher publisher = context.getBean(Publisher.class);
				new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
					.executeWithoutResult((status) -> publisher.publish(event("1")));
				assertThat(context.getBean(PostgresEventBus.class).status().publishing().failed())
					.as("had it waited, it would know")
					.isZero();
			});
	}

	@Test
	void saysWhatCouldNotBeSentAfterTheCommitWheneverThatTurnsOut(CapturedOutput output) {
		this.runner
			.withPropertyValues("events.publisher.mode=after-commit",
					"events.postgres.url=jdbc:postgresql://localhost:1/none", "events.publisher.timeout=100ms")
			.run((context) -> {
				Publisher publisher = context.getBean(Publisher.class);
				new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
					.executeWithoutResult((status) -> publisher.publish(event("1")));
				await().atMost(LIMIT)
					.until(() -> output.getAll()
						.contains("1 events of a transaction that has committed were not published"));
				assertThat(context.getBean(PostgresEventBus.class).status().publishing().failed()).isEqualTo(1);
			});
	}

	@Test
	void transactionThatCannotBeginSaysSoItself() {
		this.runner
			.withPropertyValues("events.backend=in-memory", "spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"spring.datasource.hikari.connection-timeout=250")
			.run((context) -> with(context, (app) -> assertThatExceptionOfType(CannotCreateTransactionException.class)
				.isThrownBy(() -> app.transaction((status) -> app.publish("1")))));
	}

	private static void terminate(Integer pid) {
		try {
			database.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
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
	void handlersPublishInTheirOwnTransactions() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withUserConfiguration(TransactionalHandlers.class)
			.run((context) -> with(context, (app) -> {
				app.publish("commit");
				app.publish("roll back");
				app.publish("last");
				List<Event> all = app.received().until((event) -> "of last".equals(event.appId()));
				assertThat(all).extracting(Event::appId)
					.contains("of commit", "of last")
					.doesNotContain("of roll back");
			}));
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

	@Test
	void inMemoryEventsFollowTheTransaction() {
		this.runner.withPropertyValues("events.backend=in-memory").run((context) -> with(context, (app) -> {
			List<String> payload = new ArrayList<>(List.of("then"));
			app.transaction((status) -> {
				app.publisher().publish(Event.of(TYPE, "1", payload));
				payload.set(0, "now");
				assertThat(app.received().appIds()).isEmpty();
			});
			assertThat(app.received().events()).singleElement()
				.satisfies((event) -> assertThat(event.payloadAs(String[].class)).containsExactly("then"));
			app.transaction((status) -> {
				app.publish("2");
				status.setRollbackOnly();
			});
			assertThat(app.received().appIds()).isEmpty();
		}));
	}

	@Test
	void encodesAtTheCall() {
		run((app) -> {
			List<String> payload = new ArrayList<>(List.of("then"));
			app.transaction((status) -> {
				app.publisher().publish(Event.of(TYPE, "1", payload));
				payload.set(0, "now");
			});
			assertThat(app.received().events()).singleElement()
				.satisfies((event) -> assertThat(event.payloadAs(String[].class)).containsExactly("then"));
		});
	}

	@Test
	void refusesTooLargeEventsAtTheCallAndKeepsTheTransaction() {
		run((app) -> {
			app.transaction((status) -> {
				assertThatExceptionOfType(PayloadTooLargeException.class)
					.isThrownBy(() -> app.publisher().publish(Event.of(TYPE, "1", "x".repeat(8000))));
				app.publish("2");
			});
			assertThat(app.received().appIds()).containsExactly("2");
		});
	}

	@Test
	void rollsBackTheDataWithTheEvent() {
		run((app) -> {
			JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
			jdbc.execute("CREATE TABLE IF NOT EXISTS data (id int)");
			app.transaction((status) -> {
				jdbc.update("INSERT INTO data VALUES (1)");
				app.publish("1");
				status.setRollbackOnly();
			});
			assertThat(jdbc.queryForObject("SELECT count(*) FROM data", Integer.class)).isZero();
			assertThat(app.received().appIds()).isEmpty();
		});
	}

	private static TransactionSynchronization publishingAfterwards(App app) {
		return new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				app.publish("after commit");
			}

			@Override
			public void afterCompletion(int status) {
				if (status == STATUS_COMMITTED) {
					app.publish("after completion");
				}
			}

		};
	}

	private static void synchronization(TransactionSynchronization synchronization) {
		TransactionSynchronizationManager.registerSynchronization(synchronization);
	}

	private static Event event(String appId) {
		return Event.of(TYPE, appId, null);
	}

	private void run(Consumer<App> test) {
		run("transactional", test);
	}

	private void run(String mode, Consumer<App> test) {
		this.runner.withPropertyValues("events.publisher.mode=" + mode).run((context) -> with(context, test));
	}

	private static void with(ApplicationContext context, Consumer<App> test) {
		try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
			test.accept(new App(context, context.getBean(Publisher.class),
					context.getBean("transactionManager", PlatformTransactionManager.class), received));
		}
	}

	/** Remembers the notifying statements that are prepared on the connections. */
	private static DataSource recording(DataSource dataSource, List<String> statements) {
		return new DelegatingDataSource(dataSource) {

			@Override
			public Connection getConnection() throws SQLException {
				Connection connection = super.getConnection();
				return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(),
						new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
							if (method.getName().startsWith("prepare")
									&& String.valueOf(arguments[0]).contains("pg_notify")) {
								statements.add(String.valueOf(arguments[0]));
							}
							return ReflectionUtils.invokeMethod(method, connection, arguments);
						});
			}

		};
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app) {

	}

	/** The last one to be asked before the commit. */
	private abstract static class Late implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

	}

	/** Comes before all others but those that have registered before it. */
	private abstract static class First implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

	}

	private record App(ApplicationContext context, Publisher publisher, PlatformTransactionManager transactionManager,
			Received received) {

		void publish(String appId) {
			this.publisher.publish(event(appId));
		}

		void transaction(Consumer<TransactionStatus> action) {
			transaction(TransactionDefinition.PROPAGATION_REQUIRED, action);
		}

		void transaction(int propagation, Consumer<TransactionStatus> action) {
			TransactionTemplate template = new TransactionTemplate(this.transactionManager);
			template.setPropagationBehavior(propagation);
			template.executeWithoutResult(action);
		}

	}

	static class TransactionalHandler {

		private final Publisher publisher;

		TransactionalHandler(Publisher publisher) {
			this.publisher = publisher;
		}

		@OnDomainEvent("epoch.closed")
		@Transactional
		void on(@AppId String app) {
			this.publisher.publish(Event.of(EventType.of("epoch.done"), "of " + app, null));
			if (app.equals("roll back")) {
				throw new IllegalStateException("on purpose");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class TransactionalHandlers {

		@Bean
		TransactionalHandler handler(Publisher publisher) {
			return new TransactionalHandler(publisher);
		}

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
