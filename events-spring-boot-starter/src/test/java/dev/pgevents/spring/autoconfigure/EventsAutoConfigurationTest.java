package dev.pgevents.spring.autoconfigure;

import java.lang.reflect.Type;
import java.sql.SQLException;
import java.time.Duration;

import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Publisher;
import dev.pgevents.Subscriber;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.app.TestDatabase;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs applications with the auto-configuration of events.
 */
abstract class EventsAutoConfigurationTest {

	static final Duration LIMIT = Duration.ofSeconds(20);

	static TestPostgres database;

	final ApplicationContextRunner plain = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class, EventListenerAutoConfiguration.class));

	final ApplicationContextRunner runner = this.plain.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	static void assertFailure(ApplicationContextRunner runner, String... texts) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new EventsConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).as("analysis of " + context.getStartupFailure()).isNotNull();
			assertThat(analysis.getDescription() + " " + analysis.getAction()).contains(texts)
				.doesNotContain("hidden", "..");
		});
	}

	static void assertRoundTrip(ApplicationContext context) throws InterruptedException {
		try (EventStream stream = open(context)) {
			Event event = Event.of(EventType.of("epoch.closed"), "1", 42);
			context.getBean(Publisher.class).publish(event);
			assertThat(stream.poll(LIMIT)).isEqualTo(event);
		}
	}

	static void assertUsesOwnCodec(ApplicationContext context) throws InterruptedException {
		try (EventStream stream = open(context)) {
			context.getBean(Publisher.class).publish(Event.of(EventType.of("a"), null, "ignored"));
			Event event = (Event) stream.poll(LIMIT);
			assertThat(event).isNotNull();
			assertThat(event.payloadAs(String.class)).isEqualTo("read \"written\"");
		}
	}

	static EventStream open(ApplicationContext context) {
		return open(context.getBean(Subscriber.class));
	}

	static EventStream open(Subscriber subscriber) {
		EventStream stream = subscriber.open(SubscriptionFilter.all());
		assertThat(stream.ready()).succeedsWithin(LIMIT);
		return stream;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCodec {

		@Bean
		PayloadCodec codec() {
			return new PayloadCodec() {

				@Override
				public String toJson(Object value) {
					return "\"written\"";
				}

				@Override
				@SuppressWarnings("unchecked")
				public <T> T fromJson(String json, Type type) {
					return (T) ("read " + json);
				}

			};
		}

	}

}
