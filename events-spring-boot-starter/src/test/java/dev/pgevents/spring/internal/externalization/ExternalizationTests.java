package dev.pgevents.spring.internal.externalization;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.internal.externalization.payload.Leaving;
import dev.pgevents.spring.internal.externalization.payload.Shipped;
import dev.pgevents.spring.internal.transaction.Received;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ExternalizationTests {

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class,
				EventListenerAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@Test
	void applicationEventLeavesInTheTransactionItIsPublishedIn() {
		this.runner.run((context) -> {
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
				transaction.executeWithoutResult((status) -> {
					context.publishEvent(new Leaving("committed"));
					assertThat(received.appIds()).isEmpty();
				});
				assertThat(received.events()).singleElement()
					.satisfies((event) -> assertThat(event.type().value()).isEqualTo("order.leaving"))
					.extracting(Event::appId)
					.isEqualTo("committed");
				transaction.executeWithoutResult((status) -> {
					context.publishEvent(new Leaving("rolled back"));
					status.setRollbackOnly();
				});
				context.publishEvent(new Leaving("at once"));
				context.publishEvent(new Shipped("stays"));
				assertThat(received.appIds()).containsExactly("at once");
			}
		});
	}

	@Test
	void neverGoesInCirclesAndIsHeardOnceByEachKindOfListener() {
		this.runner.withBean(Listener.class).run((context) -> {
			Listener listener = context.getBean(Listener.class);
			try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
				context.publishEvent(new Leaving("1"));
				context.publishEvent(new Leaving("last"));
				await().until(() -> listener.handled.contains("last"));
				assertThat(received.appIds()).containsExactly("1", "last");
			}
			assertThat(listener.handled).containsExactly("1", "last");
			assertThat(listener.heard).containsExactly("1", "last");
		});
	}

	@Test
	void eventOfAChildContextLeavesOnce() {
		this.runner.run((context) -> {
			try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext();
					Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
				child.setParent(context);
				child.refresh();
				child.publishEvent(new Leaving("of the child"));
				assertThat(received.appIds()).containsExactly("of the child");
			}
		});
	}

	static class Listener {

		private final List<String> heard = new CopyOnWriteArrayList<>();

		private final List<String> handled = new CopyOnWriteArrayList<>();

		@EventListener
		void hear(Leaving leaving) {
			this.heard.add(leaving.app());
		}

		@OnDomainEvent
		void handle(Leaving leaving, @AppId String app) {
			this.handled.add(app);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = Leaving.class)
	static class Application {

	}

}
