package dev.pgevents.spring.autoconfigure;

import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.util.Throwables.getStackTrace;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class CredentialsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final String SUFFIX = UUID.randomUUID().toString().replace("-", "");

	private static final String OLD = "old_" + SUFFIX;

	private static final String NEW = "new_" + SUFFIX;

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class));

	@BeforeAll
	static void createUsers() throws SQLException {
		database = TestPostgres.shared().createDatabase();
		database.execute("CREATE ROLE " + OLD + " LOGIN PASSWORD '" + OLD + "'");
		database.execute("CREATE ROLE " + NEW + " LOGIN PASSWORD '" + NEW + "'");
	}

	@AfterAll
	static void dropUsers() throws SQLException {
		database.execute("DROP ROLE " + OLD + ", " + NEW);
	}

	@Test
	void followsWhatTheRunningPoolWasGiven() {
		this.runner
			.withPropertyValues("spring.datasource.url=" + database.url(), "spring.datasource.username=" + OLD,
					"spring.datasource.password=" + OLD)
			.run((context) -> {
				awaitListenerOf(OLD);
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				pool.setCredentials(Credentials.of(NEW, NEW));
				database.terminate("pgevents%");
				awaitListenerOf(NEW);
			});
	}

	@Test
	void followsBootsConnectionDetails() {
		ChangingDetails details = new ChangingDetails();
		this.runner.withBean(JdbcConnectionDetails.class, () -> details).run((context) -> {
			awaitListenerOf(OLD);
			details.user = NEW;
			database.terminate("pgevents%");
			awaitListenerOf(NEW);
		});
	}

	@Test
	void connectsAsThePoolsUserWhateverDataSourceItWraps() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(withoutUser());
		pool.setUsername(OLD);
		pool.setPassword(OLD);
		this.runner.withBean(DataSource.class, () -> pool).run((context) -> awaitListenerOf(OLD));
	}

	@Test
	void asksTheCredentialsProviderOfAPoolWithADataSourceClass() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
		pool.addDataSourceProperty("url", database.url());
		pool.setCredentialsProvider(() -> Credentials.of(NEW, NEW));
		this.runner.withBean(DataSource.class, () -> pool).run((context) -> awaitListenerOf(NEW));
	}

	@Test
	void areNotShownWhileTheDatabaseIsUnreachable(CapturedOutput output) {
		setLogLevel(LogLevel.DEBUG);
		this.runner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"events.postgres.url=jdbc:postgresql://localhost:1/none?user=u&password=inUrl",
					"events.postgres.password=inProperty", "events.publisher.timeout=100ms")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				await().atMost(LIMIT).until(() -> output.getAll().contains("attempt to connect failed, number 2"));
				assertThat(output).doesNotContain("inUrl", "inProperty");
			});
	}

	@Test
	void areNotShownWhereTheUrlCannotBeRead(CapturedOutput output) {
		setLogLevel(LogLevel.DEBUG);
		this.runner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"events.postgres.url=jdbc:postgresql://localhost:99999/none?password=inUrl")
			.run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = new EventsConfigurationFailureAnalyzer()
					.analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).contains("events.postgres.url", "cannot be read");
				assertThat(getStackTrace(context.getStartupFailure())).doesNotContain("inUrl");
				assertThat(output).doesNotContain("inUrl");
			});
	}

	@AfterEach
	void logAsBefore() {
		setLogLevel(null);
	}

	private static void setLogLevel(LogLevel level) {
		LoggingSystem.get(CredentialsTests.class.getClassLoader()).setLogLevel("dev.pgevents", level);
	}

	private static void awaitListenerOf(String user) {
		await().atMost(LIMIT)
			.until(() -> database.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
					+ " AND application_name LIKE 'pgevents%listener' AND usename = '" + user + "'"),
					(count) -> count == 1);
	}

	private static PGSimpleDataSource withoutUser() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(database.url());
		return dataSource;
	}

	/** Details that give out a new user at some time. */
	private static final class ChangingDetails implements JdbcConnectionDetails {

		volatile String user = OLD;

		@Override
		public String getJdbcUrl() {
			return database.url();
		}

		@Override
		public String getUsername() {
			return this.user;
		}

		@Override
		public String getPassword() {
			return this.user;
		}

	}

}
