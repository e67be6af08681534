package dev.pgevents.spring.internal.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Events leave with the transaction in which they are published.
 */
class TransactionalPublishingTests extends TransactionalPublishingTest {

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
	void transactionThatCannotBeginSaysSoItself() {
		this.runner
			.withPropertyValues("events.backend=in-memory", "spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"spring.datasource.hikari.connection-timeout=250")
			.run((context) -> with(context, (app) -> assertThatExceptionOfType(CannotCreateTransactionException.class)
				.isThrownBy(() -> app.transaction((status) -> app.publish("1")))));
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

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app) {

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

}
