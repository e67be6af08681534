package dev.pgevents.spring.internal.transaction;

import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import dev.pgevents.Event;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.ReactivePublisher;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.spi.ConnectionFactory;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(OutputCaptureExtension.class)
class ReactivePublishingTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class))
		.withPropertyValues("events.postgres.url=" + database.url(), "events.postgres.username=" + database.user(),
				"events.postgres.password=" + database.password())
		.withUserConfiguration(R2dbc.class);

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
		database.execute("CREATE TABLE data (id int PRIMARY KEY)");
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void leavesAfterTheCommitInOrderAndIsDroppedOnRollback(String mode) {
		run(mode, (application, publisher) -> {
			TransactionalOperator transaction = transaction(application, TransactionDefinition.PROPAGATION_REQUIRED);
			await(transaction.transactional(client(application).sql("SELECT 1")
				.then()
				.then(publisher.publish(event("1")))
				.then(publisher.publishAll(List.of(event("2"), event("3"))))
				.then(Mono.fromRunnable(() -> assertThat(application.received().appIds()).isEmpty()))));
			assertThat(application.received().appIds()).containsExactly("1", "2", "3");
			assertThatThrownBy(() -> await(transaction
				.transactional(publisher.publish(event("4")).then(Mono.error(new IllegalStateException("no"))))))
				.isInstanceOf(IllegalStateException.class);
			assertThat(application.received().appIds()).isEmpty();
		});
	}

	@Test
	void commitThatPostgresMakesARollbackDropsTheEvent() {
		run("transactional", (application, publisher) -> {
			TransactionalOperator transaction = transaction(application, TransactionDefinition.PROPAGATION_REQUIRED);
			assertThatThrownBy(() -> await(transaction.transactional(publisher.publish(event("1"))
				.then(client(application).sql("SELECT 1 / 0").then().onErrorComplete())))).isNotNull();
			assertThat(application.received().appIds()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { TransactionDefinition.PROPAGATION_SUPPORTS, TransactionDefinition.PROPAGATION_NOT_SUPPORTED,
			TransactionDefinition.PROPAGATION_NEVER })
	void leavesAtOnceWithoutATransaction(int propagation) {
		run("transactional", (application, publisher) -> {
			await(publisher.publish(event("1")));
			assertThat(application.received().appIds()).containsExactly("1");
			await(transaction(application, propagation).transactional(publisher.publish(event("2"))
				.then(Mono.fromRunnable(() -> assertThat(application.received().appIds()).containsExactly("2")))));
			assertThat(application.received().appIds()).isEmpty();
			await(publisher.publishAll(List.of()));
			assertThatExceptionOfType(PayloadTooLargeException.class).isThrownBy(
					() -> await(publisher.publish(Event.of(PublishingApplication.TYPE, "1", "x".repeat(8000)))));
		});
	}

	@Test
	void immediateModeLeavesAtOnce() {
		run("immediate", (application, publisher) -> {
			TransactionalOperator transaction = transaction(application, TransactionDefinition.PROPAGATION_REQUIRED);
			await(transaction.transactional(publisher.publish(event("1"))
				.then(Mono.fromRunnable(() -> assertThat(application.received().appIds()).containsExactly("1")))));
		});
	}

	@Test
	void innerTransactionsHaveTheirOwnEvents() {
		run("transactional", (application, publisher) -> {
			TransactionalOperator outer = transaction(application, TransactionDefinition.PROPAGATION_REQUIRED);
			TransactionalOperator inner = transaction(application, TransactionDefinition.PROPAGATION_REQUIRES_NEW);
			assertThatThrownBy(() -> await(outer.transactional(publisher.publish(event("outer"))
				.then(inner.transactional(publisher.publish(event("inner"))))
				.then(Mono.fromRunnable(() -> assertThat(application.received().appIds()).containsExactly("inner")))
				.then(Mono.error(new IllegalStateException("no")))))).isInstanceOf(IllegalStateException.class);
			assertThat(application.received().appIds()).isEmpty();
		});
	}

	@Test
	void interceptorsSurroundWhatIsPublishedAndAreAskedOncePerSubscriber() {
		List<String> asked = new CopyOnWriteArrayList<>();
		this.runner.withBean(DomainEventInterceptor.class, () -> new DomainEventInterceptor() {

			@Override
			public void aroundPublish(List<Event> events, Publishing publishing) {
				events.forEach((event) -> asked.add(event.appId()));
				if (events.get(0).appId().equals("refused")) {
					throw new IllegalStateException("deliberate");
				}
				if (!events.get(0).appId().equals("held")) {
					publishing.proceed(events.stream().map((event) -> event("with " + event.appId())).toList());
				}
			}
		}).run((context) -> PublishingApplication.with(context, (application) -> {
			ReactivePublisher publisher = context.getBean(ReactivePublisher.class);
			Mono<Void> publishing = publisher.publish(event("1"));
			assertThat(asked).as("until somebody subscribes").isEmpty();
			await(publishing);
			await(publisher.publish(event("held")));
			assertThatThrownBy(() -> await(publisher.publish(event("refused")))).hasMessage("deliberate");
			assertThat(asked).containsExactly("1", "held", "refused");
			assertThat(application.received().appIds()).containsExactly("with 1");
		}));
	}

	@Test
	void publishesFromAfterCommit() {
		run("transactional", (application, publisher) -> {
			TransactionalOperator transaction = transaction(application, TransactionDefinition.PROPAGATION_REQUIRED);
			await(transaction.transactional(TransactionSynchronizationManager.forCurrentTransaction()
				.doOnNext((manager) -> manager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public Mono<Void> afterCommit() {
						return publisher.publish(event("after commit"));
					}

				}))
				.then()));
			assertThat(application.received().appIds()).containsExactly("after commit");
		});
	}

	@Test
	void saysAtStartThatThePublisherJoinsNoReactiveTransaction(CapturedOutput output) {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.getAll()).containsOnlyOnce("Transactions of transactionManager are reactive")
			.contains("ReactivePublisher");
	}

	@Test
	void saysNothingWithoutReactiveTransactions(CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class))
			.withPropertyValues(TestDatabase.properties(database))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("are reactive");
	}

	@Test
	void startWithoutADataSourceNamesTheConnectionFactoryAsTheCause() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class))
			.withUserConfiguration(R2dbc.class)
			.withPropertyValues(TestDatabase.properties(database))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(EventsConfigurationException.class)
				.hasMessageContaining("spring.r2dbc.url")
				.hasMessageContaining("Spring Boot makes no DataSource")
				.asInstanceOf(InstanceOfAssertFactories.type(EventsConfigurationException.class))
				.extracting(EventsConfigurationException::action)
				.asString()
				.contains("events.postgres.url")
				.doesNotContain("Set spring.datasource.url"));
	}

	private void run(String mode, BiConsumer<PublishingApplication, ReactivePublisher> test) {
		this.runner.withPropertyValues("events.publisher.mode=" + mode)
			.run((context) -> PublishingApplication.with(context,
					(application) -> test.accept(application, context.getBean(ReactivePublisher.class))));
	}

	private static Event event(String appId) {
		return Event.of(PublishingApplication.TYPE, appId, null);
	}

	private static DatabaseClient client(PublishingApplication application) {
		return DatabaseClient.create(application.context().getBean(ConnectionFactory.class));
	}

	private static TransactionalOperator transaction(PublishingApplication application, int propagation) {
		return TransactionalOperator.create(application.context().getBean(R2dbcTransactionManager.class),
				new DefaultTransactionDefinition(propagation));
	}

	private static void await(Mono<?> mono) {
		try {
			mono.toFuture().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				throw cause;
			}
			throw ex;
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class R2dbc {

		@Bean
		ConnectionFactory connectionFactory() {
			URI uri = URI.create(database.url().substring("jdbc:".length()));
			return new PostgresqlConnectionFactory(PostgresqlConnectionConfiguration.builder()
				.host(uri.getHost())
				.port(uri.getPort())
				.database(uri.getPath().substring(1))
				.username(database.user())
				.password(database.password())
				.build());
		}

		@Bean
		R2dbcTransactionManager transactionManager(ConnectionFactory connectionFactory) {
			return new R2dbcTransactionManager(connectionFactory);
		}

	}

}
