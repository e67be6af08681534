package dev.pgevents.spring.test;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.app.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Contexts of several test classes on one database.
 */
class CachedContextsTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private final CachedContexts contexts = new CachedContexts();

	private ConfigurableApplicationContext one;

	private ConfigurableApplicationContext other;

	@BeforeEach
	void start() throws SQLException {
		String[] database = TestDatabase.properties(TestPostgres.shared().createDatabase());
		this.one = start(database);
		this.other = start(database);
	}

	private static ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Application.class).properties(properties).run();
	}

	@AfterEach
	void close() {
		this.one.close();
		this.other.close();
	}

	@Test
	void contextThatIsNotInUseHearsNothing() {
		this.contexts.use(this.one);
		this.contexts.release(this.one);
		this.contexts.use(this.other);
		assertThat(state(this.one)).isEqualTo(ConnectionState.STOPPED);
		publish(this.other, "a");
		await().atMost(LIMIT).until(() -> handled(this.other).contains("a"));

		this.contexts.release(this.other);
		this.contexts.use(this.one);
		assertThat(state(this.other)).isEqualTo(ConnectionState.STOPPED);
		publish(this.one, "b");
		await().atMost(LIMIT).until(() -> handled(this.one).contains("b"));
		assertThat(handled(this.one)).containsExactly(Gap.Reason.STOPPED, "b");
		assertThat(handled(this.other)).containsExactly("a");
	}

	@Test
	void contextsOfClassesThatRunAtOneTimeBothHear() {
		this.contexts.use(this.one);
		this.contexts.use(this.other);
		publish(this.other, "a");
		await().atMost(LIMIT).until(() -> handled(this.one).contains("a") && handled(this.other).contains("a"));
	}

	@Test
	void contextThatGoesOnBeingUsedIsLeftAlone() {
		this.contexts.use(this.one);
		this.contexts.use(this.one);
		this.contexts.release(this.one);
		this.contexts.use(this.other);
		publish(this.other, "a");
		await().atMost(LIMIT).until(() -> handled(this.one).contains("a"));
		assertThat(handled(this.one)).containsExactly("a");
	}

	@Test
	void whatTheTestHasStoppedStaysStopped() {
		this.contexts.use(this.one);
		this.one.stop();
		this.contexts.release(this.one);
		this.contexts.use(this.other);
		this.contexts.use(this.one);
		assertThat(state(this.one)).isEqualTo(ConnectionState.STOPPED);
	}

	@Test
	void contextThatIsClosedIsForgotten() {
		this.contexts.use(this.one);
		this.contexts.release(this.one);
		this.one.close();
		this.contexts.use(this.other);
		publish(this.other, "a");
		await().atMost(LIMIT).until(() -> handled(this.other).contains("a"));
	}

	private static void publish(ConfigurableApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(EventTypes.EPOCH_CLOSED, app, null));
	}

	private static Queue<Object> handled(ConfigurableApplicationContext context) {
		return context.getBean(Handler.class).handled;
	}

	private static ConnectionState state(ConfigurableApplicationContext context) {
		return context.getBean(PostgresEventBus.class).status().connection().state();
	}

	static class Handler {

		final Queue<Object> handled = new ConcurrentLinkedQueue<>();

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
			this.handled.add(String.valueOf(event.appId()));
		}

		@OnGap
		void on(Gap gap) {
			this.handled.add(gap.reason());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Handler.class)
	static class Application {

	}

}
