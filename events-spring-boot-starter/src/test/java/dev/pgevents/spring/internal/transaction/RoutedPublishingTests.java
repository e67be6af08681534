package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.util.Map;
import java.util.function.Supplier;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Transactions that a DataSource leads to another database than the bus's, or to a
 * standby of it.
 */
@ExtendWith(OutputCaptureExtension.class)
class RoutedPublishingTests {

	private static TestPostgres home;

	private static TestPostgres elsewhere;

	@BeforeAll
	static void createDatabases() throws SQLException {
		home = TestPostgres.shared().createDatabase();
		elsewhere = TestPostgres.shared().createDatabase();
	}

	@Test
	void eventOfATransactionElsewhereLeavesThroughTheBusAndIsToldOnce(CapturedOutput output) {
		Tenants tenants = new Tenants();
		runner(() -> tenants, home).run((context) -> PublishingApplication.with(context, (application) -> {
			tenants.away = true;
			application.transaction((status) -> {
				application.publish("1");
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						application.publish("2");
					}

					@Override
					public void afterCommit() {
						application.publish("3");
					}

				});
			});
			assertThat(application.received().appIds()).containsExactly("1", "2", "3");
			application.transaction((status) -> {
				application.publish("rolled back");
				status.setRollbackOnly();
			});
			tenants.away = false;
			application.transaction((status) -> application.publish("home"));
			assertThat(application.received().appIds()).containsExactly("home");
		}));
		assertThat(output.getAll()).containsOnlyOnce("was routed to another database").contains("events.postgres.url");
	}

	@Test
	void eventOfATransactionElsewhereIsFoundOutBeforeTheBusHasConnected(CapturedOutput output) {
		Tenants tenants = new Tenants();
		tenants.away = true;
		runner(() -> tenants, home).withPropertyValues("events.listener.enabled=false")
			.run((context) -> new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
				.executeWithoutResult((status) -> context.getBean(Publisher.class)
					.publish(Event.of(PublishingApplication.TYPE, "1", null))));
		assertThat(output.getAll()).containsOnlyOnce("was routed to another database");
	}

	@Test
	void busThatIsLedElsewhereThanTheOnlyDataSourceIsFoundOutLikewise(CapturedOutput output) {
		runner(elsewhere::dataSource, home).run((context) -> PublishingApplication.with(context, (application) -> {
			application.transaction((status) -> application.publish("1"));
			assertThat(application.received().appIds()).containsExactly("1");
		}));
		assertThat(output.getAll()).containsOnlyOnce("was routed to another database");
	}

	@Test
	void readOnlyTransactionThatWasRoutedToAStandbyIsToldSoWithWhatToDo() throws Exception {
		try (ControlledServer primary = ControlledServer.create().start();
				ControlledServer standby = primary.standby()) {
			Supplier<DataSource> routing = () -> {
				LazyConnectionDataSourceProxy routed = new LazyConnectionDataSourceProxy(dataSource(primary));
				routed.setReadOnlyDataSource(dataSource(standby));
				return routed;
			};
			ApplicationContextRunner runner = runner(routing, primary.url(), primary.user(), "");
			runner.run((context) -> PublishingApplication.with(context, (application) -> {
				TransactionTemplate readOnly = readOnly(application);
				assertThatExceptionOfType(PublishException.class)
					.isThrownBy(() -> readOnly.executeWithoutResult((status) -> application.publish("1")))
					.withMessageContaining("this transaction was routed to a hot standby")
					.withMessageContaining("not readOnly")
					.withMessageContaining("events.publisher.mode=after-commit")
					.satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_PUBLISHED));
				application.transaction((status) -> application.publish("2"));
				assertThat(application.received().appIds()).containsExactly("2");
			}));
			runner.withPropertyValues("events.publisher.mode=after-commit")
				.run((context) -> PublishingApplication.with(context, (application) -> {
					readOnly(application).executeWithoutResult((status) -> application.publish("1"));
					assertThat(application.received().appIds()).containsExactly("1");
				}));
		}
	}

	private static TransactionTemplate readOnly(PublishingApplication application) {
		TransactionTemplate template = new TransactionTemplate(
				application.context().getBean(PlatformTransactionManager.class));
		template.setReadOnly(true);
		return template;
	}

	private static DataSource dataSource(ControlledServer server) {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(server.url());
		dataSource.setUser(server.user());
		return dataSource;
	}

	private static ApplicationContextRunner runner(Supplier<DataSource> dataSource, TestPostgres bus) {
		return runner(dataSource, bus.url(), bus.user(), bus.password());
	}

	private static ApplicationContextRunner runner(Supplier<DataSource> dataSource, String url, String user,
			String password) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(TransactionAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class))
			.withBean(DataSource.class, dataSource)
			.withPropertyValues("events.postgres.url=" + url, "events.postgres.username=" + user,
					"events.postgres.password=" + password);
	}

	private static final class Tenants extends AbstractRoutingDataSource {

		private boolean away;

		Tenants() {
			setTargetDataSources(Map.of(false, home.dataSource(), true, elsewhere.dataSource()));
			afterPropertiesSet();
		}

		@Override
		protected Object determineCurrentLookupKey() {
			return this.away;
		}

	}

}
