package dev.pgevents.spring.autoconfigure;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.SigningKey;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.EventsConnectionDetails;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.internal.actuate.BusMeters;
import dev.pgevents.spring.internal.actuate.ConnectionDescriptor;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.actuate.autoconfigure.context.properties.ConfigurationPropertiesReportEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.env.EnvironmentEndpointAutoConfiguration;
import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.util.Throwables.getStackTrace;
import static org.awaitility.Awaitility.await;

/**
 * Whose events are believed, and that nothing tells what must stay secret.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecurityTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final String KEY = "a hidden key that the services share";

	private static final String OTHER = "another hidden key that some still use";

	private static final EventType TYPE = EventType.of("epoch.closed");

	private static TestPostgres database;

	private final ApplicationContextRunner plain = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
				EventsHealthAutoConfiguration.class, EventsEndpointAutoConfiguration.class,
				EventsMetricsAutoConfiguration.class, EventsSanitizingAutoConfiguration.class,
				EnvironmentEndpointAutoConfiguration.class,
				ConfigurationPropertiesReportEndpointAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=*", "management.endpoint.env.show-values=always",
				"management.endpoint.configprops.show-values=always");

	private final ApplicationContextRunner runner = this.plain.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@AfterEach
	void logAsBefore() {
		setLogLevel(null);
	}

	@Test
	void signsEventsAndShowsWhatItRefuses() {
		this.runner.withPropertyValues("events.security.signing-key=" + KEY).run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(BusMeters.class).bindTo(registry);
			try (EventStream stream = open(context)) {
				database.execute("SELECT pg_notify('events', '{\"type\":\"epoch.closed\"}')");
				assertThat(stream.poll(LIMIT)).isInstanceOfSatisfying(Gap.class,
						(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE));
				Event signed = Event.of(TYPE, null, 1);
				context.getBean(Publisher.class).publish(signed);
				assertThat(stream.poll(LIMIT)).isEqualTo(signed);
			}
			ConnectionDescriptor shown = context.getBean(EventsEndpoint.class).events().connection();
			assertThat(shown.signed()).isTrue();
			assertThat(shown.refused()).isEqualTo(1);
			assertThat(shown.unreadable()).isEqualTo(1);
			assertThat(registry.get("events.notifications.refused").functionCounter().count()).isEqualTo(1);
		});
	}

	@Test
	void believesEverybodyWithoutAKey() {
		this.runner.run((context) -> {
			try (EventStream stream = open(context)) {
				database.execute("SELECT pg_notify('events', '{\"type\":\"epoch.closed\"}')");
				assertThat(stream.poll(LIMIT)).isInstanceOf(Event.class);
			}
			assertThat(context.getBean(EventsEndpoint.class).events().connection().signed()).isFalse();
		});
	}

	@Test
	void acceptsFurtherKeysWhileKeysAreRotated() {
		this.runner
			.withPropertyValues("events.security.signing-key=" + KEY, "events.security.verification-keys=" + OTHER)
			.run((context) -> {
				try (PostgresEventBus behind = PostgresEventBus.builder()
					.dataSource(database.dataSource())
					.signing(SigningKey.of(OTHER), SigningKey.of(KEY))
					.build(); EventStream ofBehind = open(behind); EventStream stream = open(context)) {
					Event fromBehind = Event.of(TYPE, null, 1);
					behind.publish(fromBehind);
					assertThat(stream.poll(LIMIT)).isEqualTo(fromBehind);
					Event toBehind = Event.of(TYPE, null, 2);
					context.getBean(Publisher.class).publish(toBehind);
					assertThat(ofBehind.poll(LIMIT)).isEqualTo(fromBehind);
					assertThat(ofBehind.poll(LIMIT)).isEqualTo(toBehind);
				}
			});
	}

	@Test
	void keysThatCannotWorkFailTheStartAndAreNotShown() {
		assertFailure("events.security.signing-key", "7 bytes, it must be at least 32",
				"events.security.signing-key=hidden!");
		assertFailure("events.security.signing-key", "0 bytes", "events.security.signing-key=");
		assertFailure("events.security.verification-keys[1]", "7 bytes", "events.security.signing-key=" + KEY,
				"events.security.verification-keys[0]=" + OTHER, "events.security.verification-keys[1]=hidden!");
		assertFailure("Set events.security.signing-key too, or neither", "events.security.verification-keys",
				"events.security.verification-keys=" + OTHER);
	}

	private void assertFailure(String property, String reason, String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new EventsConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription() + " " + analysis.getAction()).contains(property, reason);
			assertThat(getStackTrace(context.getStartupFailure())).doesNotContain("hidden");
		});
	}

	@Test
	void secretsOfPropertiesAreShownNowhere(CapturedOutput output) {
		assertSecretsAreHidden(this.plain.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
				"events.postgres.url=jdbc:postgresql://localhost:1/none?user=u&password=hidden-in-url",
				"events.postgres.username=u", "events.postgres.password=hidden-in-property"), output);
	}

	@Test
	void secretsOfTheDataSourceAreShownNowhere(CapturedOutput output) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:postgresql://localhost:1/none?password=hidden-in-url");
		pool.setUsername("u");
		pool.setPassword("hidden-in-pool");
		assertSecretsAreHidden(this.plain.withBean(HikariDataSource.class, () -> pool), output);
	}

	@Test
	void secretsOfTheDetailsBeanAreShownNowhere(CapturedOutput output) {
		assertSecretsAreHidden(this.plain.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none")
			.withBean(EventsConnectionDetails.class, Details::new), output);
	}

	@Test
	void secretsOfARefusedLoginAreShownNowhere(CapturedOutput output) {
		assertSecretsAreHidden(this.plain.withPropertyValues("spring.datasource.url=" + database.url(),
				"events.postgres.url=" + database.url(), "events.postgres.username=nobody-of-that-name",
				"events.postgres.password=hidden-in-property"), output);
	}

	/** Through everything that a bus without a connection says, at every level. */
	private static void assertSecretsAreHidden(ApplicationContextRunner runner, CapturedOutput output) {
		setLogLevel(LogLevel.TRACE);
		runner
			.withPropertyValues("events.security.signing-key=" + KEY, "events.security.verification-keys[0]=" + OTHER,
					"events.publisher.timeout=100ms")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				await().atMost(LIMIT).until(() -> output.getAll().contains("attempt to connect failed, number 2"));
				PostgresEventBus bus = context.getBean(PostgresEventBus.class);
				assertThat(String.valueOf(bus.status().connection())).contains("BACKING_OFF").doesNotContain("hidden");
				assertThat(context.getBean(EventsProperties.class).toString()).doesNotContain("hidden");
				assertThat(String.valueOf(context.getBean(EventsEndpoint.class).events())).doesNotContain("hidden");
				assertThat(context.getBean(EventsHealthIndicator.class).health().toString()).doesNotContain("hidden");
				assertThat(bus.toString()).doesNotContain("hidden");
				Throwable refusal = catchThrowable(() -> bus.publish(Event.of(TYPE, null, null)));
				assertThat(getStackTrace(refusal)).doesNotContain("hidden");
			});
		assertThat(output).doesNotContain("hidden");
	}

	@Test
	void endpointsThatShowValuesShowNoSecrets() {
		this.runner
			.withPropertyValues("events.security.signing-key=" + KEY, "events.security.verification-keys[0]=" + OTHER,
					"events.postgres.url=" + database.url() + "?password=hidden-in-url",
					"events.postgres.username=" + database.user(), "events.postgres.password=hidden-in-property",
					"events.channels.name=shown")
			.run((context) -> {
				assertThat(json(context.getBean(EnvironmentEndpoint.class).environment(null)))
					.contains("events.security.signing-key", "******", "shown")
					.doesNotContain("hidden");
				assertThat(json(context.getBean(ConfigurationPropertiesReportEndpoint.class).configurationProperties()))
					.contains("signingKey", "******", "shown")
					.doesNotContain("hidden");
			});
	}

	@Test
	void hidesSecretsHoweverTheirPropertiesAreWritten() {
		this.runner.run((context) -> {
			SanitizingFunction function = context.getBean("eventsSanitizingFunction", SanitizingFunction.class);
			assertThat(List.of("EVENTS_SECURITY_SIGNINGKEY", "EVENTS_SECURITY_VERIFICATIONKEYS_0_",
					"events.security.signingKey", "EVENTS_POSTGRES_PASSWORD"))
				.allSatisfy((key) -> assertThat(function.apply(new SanitizableData(null, key, "hidden")).getValue())
					.isEqualTo(SanitizableData.SANITIZED_VALUE));
			assertThat(function.apply(new SanitizableData(null, "EVENTS_CHANNELS_NAME", "shown")).getValue())
				.isEqualTo("shown");
		});
	}

	@Test
	void propertiesOfAPoolThatCannotBeSetAreNotQuoted() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
		pool.addDataSourceProperty("url", "jdbc:postgresql://localhost:99999/none?password=hidden");
		this.plain.withBean(HikariDataSource.class, () -> pool).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(getStackTrace(context.getStartupFailure())).contains("\"url\"", "events.postgres.url")
				.doesNotContain("hidden");
		});
	}

	private static String json(Object value) throws Exception {
		return new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
			.registerModule(new Jdk8Module())
			.writeValueAsString(value);
	}

	private static EventStream open(ApplicationContext context) {
		return open(context.getBean(PostgresEventBus.class));
	}

	private static EventStream open(PostgresEventBus bus) {
		EventStream stream = bus.open(SubscriptionFilter.all());
		assertThat(stream.ready()).succeedsWithin(LIMIT);
		return stream;
	}

	private static void setLogLevel(LogLevel level) {
		LoggingSystem.get(SecurityTests.class.getClassLoader()).setLogLevel("dev.pgevents", level);
	}

	private static final class Details implements EventsConnectionDetails {

		@Override
		public String getJdbcUrl() {
			return "jdbc:postgresql://localhost:1/none?password=hidden-in-url";
		}

		@Override
		public String getUsername() {
			return "u";
		}

		@Override
		public String getPassword() {
			return "hidden-in-details";
		}

	}

}
