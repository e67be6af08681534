package dev.pgevents.spring.internal.listener;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventLog;
import dev.pgevents.EventType;
import dev.pgevents.GroupStatus;
import dev.pgevents.Publisher;
import dev.pgevents.internal.group.GroupCounts;
import dev.pgevents.internal.group.GroupMonitor;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class GroupHandlerTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final String TYPE = "epoch.closed";

	private TestPostgres database;

	private ApplicationContextRunner runner;

	@BeforeEach
	void createDatabase() throws SQLException {
		this.database = TestPostgres.shared().createDatabase();
		this.database.execute("CREATE TABLE effect (n bigserial PRIMARY KEY, number integer)");
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
					JdbcTemplateAutoConfiguration.class, EventsAutoConfiguration.class,
					EventListenerAutoConfiguration.class))
			.withPropertyValues(TestDatabase.properties(this.database))
			.withPropertyValues("events.log.enabled=true", "events.log.partitions=4", "events.log.retry.max-attempts=2",
					"events.log.retry.initial-delay=10ms");
	}

	@Test
	void anEventIsHandledAfterARestartToo(CapturedOutput output) {
		ApplicationContextRunner app = this.runner.withBean(Collecting.class);
		app.run((context) -> {
			publish(context, 1);
			assertThat(context.getBean(Collecting.class).next()).isEqualTo(1);
			awaitLag(context, 0);
		});
		this.runner.run((context) -> publish(context, 2));
		app.run((context) -> {
			publish(context, 3);
			assertThat(context.getBean(Collecting.class).next()).isEqualTo(2);
			assertThat(context.getBean(Collecting.class).next()).isEqualTo(3);
		});
		assertThat(output.getAll())
			.containsOnlyOnce("events: group billing is new, and begins at latest: what was published before");
	}

	@Test
	void whereTheDatabaseComesLaterTheTablesAreMadeThen(CapturedOutput output) throws SQLException {
		String name = this.database.dataSource().getDatabaseName();
		TestPostgres.shared().execute("DROP DATABASE " + name);
		this.runner.withBean(Collecting.class).run((context) -> {
			assertThat(output.getAll()).contains("the event log is looked for once the database answers");
			TestPostgres.shared().execute("CREATE DATABASE " + name);
			await().atMost(LIMIT)
				.ignoreExceptions()
				.until(() -> status(context).partitions().stream().allMatch((one) -> one.owner() != null));
			publish(context, 1);
			assertThat(context.getBean(Collecting.class).next()).isEqualTo(1);
		});
	}

	@Test
	void aRoleThatMayNotMakeTheTablesFailsTheStart() throws SQLException {
		String role = "r" + System.nanoTime();
		this.database.execute("CREATE ROLE " + role + " LOGIN");
		this.runner.withPropertyValues("spring.datasource.username=" + role, "spring.datasource.password=")
			.run((context) -> {
				EventsConfigurationException refusal = Refusals.refusal(context.getStartupFailure());
				assertThat(refusal.description()).contains("permission denied for database");
				assertThat(refusal.action()).contains("the privileges of the role");
			});
	}

	@Test
	void theSameWorksInMemory() {
		this.runner.withBean(Collecting.class).withPropertyValues("events.backend=in-memory").run((context) -> {
			publish(context, 1);
			assertThat(context.getBean(Collecting.class).next()).isEqualTo(1);
		});
	}

	@Test
	void thePositionCommitsWithTheHandlersTransaction() {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 1);
			// Nobody has had the time to write it afterwards: both are of one
			// transaction.
			assertThat(this.database.query("SELECT count(*) FROM effect AS e, pgevents.event_cursor AS c"
					+ " WHERE c.grp = 'billing' AND c.pos = 1 AND c.xmin = e.xmin"))
				.isEqualTo(1);
		});
	}

	@Test
	void thePositionCommitsWithWhatJooqDoesInTheHandlersTransaction() {
		this.runner.withBean(WithJooq.class).run((context) -> {
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 1);
			assertThat(this.database.query("SELECT count(*) FROM effect AS e, pgevents.event_cursor AS c"
					+ " WHERE c.grp = 'billing' AND c.pos = 1 AND c.xmin = e.xmin"))
				.isEqualTo(1);
		});
	}

	@Test
	void whatAHandlerPublishesCommitsWithItsPositionOrNotAtAll() {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			Behaviour handler = context.getBean(Behaviour.class);
			Meanwhile publishing = () -> context.getBean("domainPublisher", Publisher.class)
				.publish(Event.of(EventType.of("epoch.opened"), "app", null));
			handler.meanwhile = publishing;
			handler.failures.set(1);
			handler.failure = new IllegalStateException("after it has published");
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 1);
			assertThat(this.database.query("SELECT count(*) FROM pgevents.event_log WHERE type = 'epoch.opened'"))
				.isZero();
			handler.meanwhile = publishing;
			publish(context, 2);
			await().atMost(LIMIT).until(() -> effects() == 2);
			assertThat(this.database.query("SELECT count(*) FROM pgevents.event_log AS l, effect AS e"
					+ " WHERE l.type = 'epoch.opened' AND e.number = 2 AND e.xmin = l.xmin"))
				.isEqualTo(1);
		});
	}

	/** At the start nobody knows which transaction manager of many is whose. */
	@Test
	void aTransactionOfAnotherDataSourceIsLeftAloneAndToldOnce(CapturedOutput output) throws SQLException {
		TestPostgres elsewhere = TestPostgres.shared().createDatabase();
		elsewhere.execute("CREATE TABLE effect (n bigserial PRIMARY KEY, number integer)");
		DataSourceTransactionManager other = new DataSourceTransactionManager(elsewhere.dataSource());
		this.runner.withBean(Elsewhere.class)
			.withBean("other", DataSourceTransactionManager.class, () -> other)
			.run((context) -> {
				publish(context, 1);
				await().atMost(LIMIT).until(() -> elsewhere.query("SELECT count(*) FROM effect") == 1);
				publish(context, 2);
				await().atMost(LIMIT).until(() -> elsewhere.query("SELECT count(*) FROM effect") == 2);
				awaitLag(context, 0);
				assertThat(status(context).held()).isZero();
			});
		assertThat(output.getAll()).containsOnlyOnce("is none of the DataSource that events are published through")
			.contains("after a crash an event may be handled twice");
	}

	@Test
	void whatWasTakenOverIsRolledBackAndDoneOnce() {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			Behaviour handler = context.getBean(Behaviour.class);
			handler.meanwhile = () -> this.database
				.execute("UPDATE pgevents.event_cursor SET epoch = epoch + 1 WHERE grp = 'billing'");
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 1);
			publish(context, 2);
			await().atMost(LIMIT).until(() -> effects() == 2);
			assertThat(handler.calls).hasValue(3);
		});
	}

	@Test
	void whatIsRolledBackSilentlyIsTriedAgainAndParked() {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			context.getBean(Behaviour.class).rollBack = true;
			publish(context, 1);
			await().atMost(LIMIT).until(() -> status(context).parked() == 1);
			assertThat(context.getBean(Behaviour.class).calls).hasValue(2);
			assertThat(effects()).isZero();
			context.getBean(Behaviour.class).rollBack = false;
			log(context).redrive("billing");
			await().atMost(LIMIT).until(() -> effects() == 1 && status(context).parked() == 0);
		});
	}

	@Test
	void whatIsCommittedInSpiteOfAnExceptionIsNotTriedAgain() {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			Behaviour handler = context.getBean(Behaviour.class);
			handler.failure = new IllegalArgumentException("committed all the same");
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 1);
			handler.failure = null;
			publish(context, 2);
			await().atMost(LIMIT).until(() -> effects() == 2);
			assertThat(handler.calls).hasValue(2);
		});
	}

	@Test
	void aCheckedExceptionCommitsThePositionAndCountsAsFailed() {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			Behaviour handler = context.getBean(Behaviour.class);
			handler.failure = new IOException("committed all the same");
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 1);
			handler.failure = null;
			publish(context, 2);
			await().atMost(LIMIT).until(() -> effects() == 2);
			assertThat(handler.calls).hasValue(2);
			assertThat(counts(context).failed()).isEqualTo(1);
			await().atMost(LIMIT).until(() -> counts(context).handled() == 1);
			assertThat(status(context).parked() + status(context).held()).isZero();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "40001", "40P01" })
	void whatTheServerWantsTriedAgainDoesNotCount(String state) {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			Behaviour handler = context.getBean(Behaviour.class);
			handler.failures.set(5);
			handler.failure = new IllegalStateException(new SQLException("try again", state));
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 1);
			assertThat(handler.calls).hasValue(6);
			assertThat(counts(context).failed()).isZero();
		});
	}

	@Test
	void aTransactionOfItsOwnWithinTheHandlersIsNotTakenBack() {
		this.runner.withBean(Behaviour.class).withBean(Transacting.class).run((context) -> {
			Behaviour handler = context.getBean(Behaviour.class);
			TransactionTemplate inner = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
			inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
			handler.meanwhile = () -> inner.executeWithoutResult(
					(status) -> context.getBean(JdbcTemplate.class).update("INSERT INTO effect (number) VALUES (100)"));
			handler.failures.set(1);
			handler.failure = new IllegalStateException("after the inner one");
			publish(context, 1);
			await().atMost(LIMIT).until(() -> effects() == 2);
			assertThat(this.database.query("SELECT count(*) FROM effect WHERE number = 100")).isEqualTo(1);
			assertThat(handler.calls).hasValue(2);
		});
	}

	@Test
	void saysAtTheStartWhatCannotWork() {
		this.runner.withBean(Collecting.class)
			.withPropertyValues("events.log.enabled=false")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(EventsConfigurationException.class.getName())
				.hasStackTraceContaining("cannot join its group")
				.rootCause()
				.hasMessageContaining("group billing needs the event log")
				.hasMessageContaining("events.log.enabled=true"));
		this.runner.withBean(Collecting.class)
			.withPropertyValues("events.log.initialize=never")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("the event log is missing"));
		this.runner.withBean(BadGroup.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("group \"bill ing\" is not valid at character 5"));
		this.runner.withBean(LongGroup.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("has 101 characters, 1 to 63 are allowed"));
		this.runner.withBean(FutureStart.class)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("from is 2999-01-01T00:00:00Z, which is in the future"));
		this.runner.withBean(BadStart.class)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("from is \"yesterday\": use \"latest\", \"earliest\" or a time"));
		this.runner.withBean("one", Collecting.class)
			.withBean("two", Collecting.class)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("group billing has two handlers for the same events: ")
				.hasStackTraceContaining("one.on for ")
				.hasStackTraceContaining("two.on cannot join its group"));
		this.runner.withBean(ReadOnly.class)
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("that is read-only"));
	}

	private long effects() throws SQLException {
		return this.database.query("SELECT count(*) FROM effect");
	}

	private static void publish(ApplicationContext context, int number) {
		context.getBean("domainPublisher", Publisher.class).publish(Event.of(EventType.of(TYPE), "app", number));
	}

	private static EventLog log(ApplicationContext context) {
		return context.getBean(EventBus.class).capability(EventLog.class).orElseThrow();
	}

	private static GroupStatus status(ApplicationContext context) {
		List<GroupStatus> groups = log(context).groups();
		assertThat(groups).hasSize(1);
		return groups.get(0);
	}

	private static GroupCounts counts(ApplicationContext context) {
		return context.getBean(EventBus.class).capability(GroupMonitor.class).orElseThrow().counts().get(0);
	}

	private static void awaitLag(ApplicationContext context, long lag) {
		await().atMost(LIMIT).until(() -> status(context).lag() == lag);
	}

	static class Collecting {

		private final BlockingQueue<Integer> numbers = new LinkedBlockingQueue<>();

		@OnDomainEvent(types = TYPE, group = "billing", from = "latest")
		void on(Event event) {
			this.numbers.add(event.payloadAs(Integer.class));
		}

		Integer next() throws InterruptedException {
			return this.numbers.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
		}

	}

	/** What the handler does, which is proxied and so has no fields to set. */
	static class Behaviour {

		final AtomicInteger calls = new AtomicInteger();

		volatile Meanwhile meanwhile = () -> {
		};

		volatile boolean rollBack;

		/** How often it fails, if it does. */
		final AtomicInteger failures = new AtomicInteger(Integer.MAX_VALUE);

		volatile Exception failure;

	}

	static class Transacting {

		private final JdbcTemplate jdbc;

		private final Behaviour behaviour;

		Transacting(JdbcTemplate jdbc, Behaviour behaviour) {
			this.jdbc = jdbc;
			this.behaviour = behaviour;
		}

		@OnDomainEvent(types = TYPE, group = "billing")
		@Transactional(noRollbackFor = IllegalArgumentException.class)
		public void on(Event event) throws Exception {
			this.behaviour.calls.incrementAndGet();
			this.jdbc.update("INSERT INTO effect (number) VALUES (?)", event.payloadAs(Integer.class));
			Meanwhile once = this.behaviour.meanwhile;
			this.behaviour.meanwhile = () -> {
			};
			once.happens();
			if (this.behaviour.rollBack) {
				TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			}
			if (this.behaviour.failure != null && this.behaviour.failures.getAndDecrement() > 0) {
				throw this.behaviour.failure;
			}
		}

	}

	static class WithJooq {

		private final DSLContext jooq;

		WithJooq(DataSource dataSource) {
			this.jooq = DSL.using(new TransactionAwareDataSourceProxy(dataSource), SQLDialect.POSTGRES);
		}

		@OnDomainEvent(types = TYPE, group = "billing")
		@Transactional
		public void on(Event event) {
			this.jooq.execute("INSERT INTO effect (number) VALUES (?)", event.payloadAs(Integer.class));
		}

	}

	static class Elsewhere {

		private final DataSourceTransactionManager other;

		Elsewhere(@Qualifier("other") DataSourceTransactionManager other) {
			this.other = other;
		}

		@OnDomainEvent(types = TYPE, group = "billing")
		@Transactional("other")
		public void on(Event event) {
			new JdbcTemplate(this.other.getDataSource()).update("INSERT INTO effect (number) VALUES (?)",
					event.payloadAs(Integer.class));
		}

	}

	@FunctionalInterface
	interface Meanwhile {

		void happens() throws Exception;

	}

	static class BadGroup {

		@OnDomainEvent(types = TYPE, group = "bill ing")
		void on(Event event) {
		}

	}

	static class LongGroup {

		@OnDomainEvent(types = TYPE, group = "a2345678901234567890123456789012345678901234567890"
				+ "a2345678901234567890123456789012345678901234567890x")
		void on(Event event) {
		}

	}

	static class FutureStart {

		@OnDomainEvent(types = TYPE, group = "billing", from = "2999-01-01T00:00:00Z")
		void on(Event event) {
		}

	}

	static class BadStart {

		@OnDomainEvent(types = TYPE, group = "billing", from = "yesterday")
		void on(Event event) {
		}

	}

	static class ReadOnly {

		@OnDomainEvent(types = TYPE, group = "billing")
		@Transactional(readOnly = true)
		public void on(Event event) {
		}

	}

}
