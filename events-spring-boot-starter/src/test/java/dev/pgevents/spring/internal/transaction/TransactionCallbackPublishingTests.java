package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import dev.pgevents.Publisher;
import dev.pgevents.postgres.PostgresEventBus;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What callbacks of a transaction publish, before and after its commit.
 */
class TransactionCallbackPublishingTests extends TransactionalPublishingTest {

	private static final Duration LIMIT = Duration.ofSeconds(20);

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
					"spring.datasource.hikari.connection-timeout=20000")
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
				await().atMost(LIMIT)
					.until(() -> context.getBean(PostgresEventBus.class).status().publishing().failed() == 1);
			});
	}

	private static void terminate(Integer pid) {
		try {
			database.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
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

}
