package dev.pgevents.spring.internal.transaction;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.ReflectionUtils;

/**
 * Runs an application whose events follow its transactions.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class TransactionalPublishingTest {

	static final EventType TYPE = EventType.of("epoch.closed");

	static TestPostgres database;

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class))
		.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	static void synchronization(TransactionSynchronization synchronization) {
		TransactionSynchronizationManager.registerSynchronization(synchronization);
	}

	static Event event(String appId) {
		return Event.of(TYPE, appId, null);
	}

	void run(Consumer<App> test) {
		run("transactional", test);
	}

	void run(String mode, Consumer<App> test) {
		this.runner.withPropertyValues("events.publisher.mode=" + mode).run((context) -> with(context, test));
	}

	static void with(ApplicationContext context, Consumer<App> test) {
		try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
			test.accept(new App(context, context.getBean(Publisher.class),
					context.getBean("transactionManager", PlatformTransactionManager.class), received));
		}
	}

	/** Remembers the notifying statements that are prepared on the connections. */
	static DataSource recording(DataSource dataSource, List<String> statements) {
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

	/** The last one to be asked before the commit. */
	abstract static class Late implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

	}

	/** Comes before all others but those that have registered before it. */
	abstract static class First implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

	}

	record App(ApplicationContext context, Publisher publisher, PlatformTransactionManager transactionManager,
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

}
