package dev.pgevents.spring.autoconfigure;

import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.postgres.PlainSocketFactory;
import dev.pgevents.spring.EventsConnectionDetails;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.interceptor.SimpleTraceInterceptor;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.jdbc.datasource.lookup.MapDataSourceLookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Where the bus connects to.
 */
class ConnectionDetailsTests extends EventsAutoConfigurationTest {

	@Test
	void refusesToChooseBetweenTwoConnectionDetails() {
		this.runner.withBean("one", EventsConnectionDetails.class, OwnDetails::new)
			.withBean("two", EventsConnectionDetails.class, OwnDetails::new)
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(NoUniqueBeanDefinitionException.class));
	}

	@Test
	void goesWhereTheConnectionDetailsBeanSays() {
		this.plain
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"events.postgres.url=jdbc:postgresql://localhost:1/none")
			.withBean(EventsConnectionDetails.class, OwnDetails::new)
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void goesWhereThePropertiesSay() {
		this.plain
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"events.postgres.url=" + database.url(), "events.postgres.username=" + database.user(),
					"events.postgres.password=" + database.password())
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void goesWhereBootsConnectionDetailsSay() {
		this.plain.withBean(JdbcConnectionDetails.class, ServiceConnectionDetails::new)
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void goesWhereThePoolGoesThatIsConfiguredBesideBootsDetails() {
		this.plain
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"spring.datasource.username=nobody", "spring.datasource.hikari.jdbc-url=" + database.url(),
					"spring.datasource.hikari.username=" + database.user(),
					"spring.datasource.hikari.password=" + database.password())
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void goesWhereADataSourceGoesThatAnAspectWraps() {
		this.runner.withUserConfiguration(ProxiedDataSource.class).run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void goesWhereAnyKnownDataSourceGoes() {
		Map<String, DataSource> dataSources = Map.of("pgjdbc", database.dataSource(), "lazy",
				new LazyConnectionDataSourceProxy(database.dataSource()), "transaction-aware",
				new TransactionAwareDataSourceProxy(database.dataSource()), "hikari", hikari(),
				"hikari of a DataSource", hikariOfDataSource(), "hikari of a class", hikariOfClass());
		dataSources.forEach((name, dataSource) -> this.plain.withBean(DataSource.class, () -> dataSource)
			.run((context) -> assertThat(context).as(name).satisfies(ConnectionDetailsTests::assertBusReceives)));
	}

	@Test
	void carriesHikarisDataSourcePropertiesOver() {
		CountingSocketFactory.sockets.set(0);
		this.runner
			.withPropertyValues("spring.datasource.hikari.data-source-properties.socketFactory="
					+ CountingSocketFactory.class.getName())
			.run((context) -> {
				assertBusReceives(context);
				assertThat(CountingSocketFactory.sockets).hasPositiveValue();
			});
	}

	@Test
	void asksForThePasswordAnewAtEveryAttempt() {
		HikariDataSource pool = hikari();
		List<String> asked = new CopyOnWriteArrayList<>();
		pool.setCredentialsProvider(() -> {
			asked.add("password");
			return Credentials.of(database.user(), database.password());
		});
		this.plain.withBean(DataSource.class, () -> pool).run((context) -> {
			assertBusReceives(context);
			int before = asked.size();
			database.terminate("pgevents%");
			await().atMost(LIMIT).until(() -> asked.size() > before);
		});
	}

	@Test
	void takesThePrimaryOfSeveralDataSources() {
		this.plain.withBean("one", DataSource.class, database::dataSource, (definition) -> definition.setPrimary(true))
			.withBean("two", DataSource.class, PGSimpleDataSource::new)
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void startsWithSeveralDataSourcesWhereThePropertiesSayWhereToGo() {
		this.plain.withBean("one", DataSource.class, PGSimpleDataSource::new)
			.withBean("two", DataSource.class, PGSimpleDataSource::new)
			.withPropertyValues("events.postgres.url=" + database.url(), "events.postgres.username=" + database.user(),
					"events.postgres.password=" + database.password())
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void refusesCredentialsThatWouldBeIgnored() {
		assertFailure(this.runner.withPropertyValues("events.postgres.username=somebody"), "events.postgres.url",
				"which is not set");
		assertFailure(this.runner.withPropertyValues("events.postgres.password=hidden"), "events.postgres.url");
	}

	@Test
	void takesAnEmptyUrlForNone() {
		this.runner.withPropertyValues("events.postgres.url=", "events.postgres.username=", "events.postgres.password=")
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void failsWithoutADataSource() {
		assertFailure(
				new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class)),
				"there is no DataSource", "spring.datasource.url", "events.postgres.url", "events.backend=in-memory");
	}

	@Test
	void failsWithSeveralDataSourcesOfWhichNoneIsPrimary() {
		assertFailure(
				this.plain.withBean("one", DataSource.class, PGSimpleDataSource::new)
					.withBean("two", DataSource.class, PGSimpleDataSource::new),
				"one, two", "@Primary", "events.postgres.url");
	}

	@Test
	void failsWithADataSourceThatIsNotPostgres() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:h2:mem:secret;PASSWORD=hidden");
		assertFailure(this.plain.withBean(DataSource.class, () -> pool), "\"jdbc:h2:…\"", "events.backend=in-memory",
				"events.postgres.url");
	}

	@Test
	void failsWithADataSourceThatNothingCanBeDerivedFrom() {
		assertFailure(this.plain.withBean(DataSource.class, Opaque::new), Opaque.class.getName(),
				"events.postgres.url");
	}

	@Test
	void goesWhereBootsConnectionDetailsSayIfTheDataSourceDoesNot() {
		this.plain.withBean(DataSource.class, Opaque::new)
			.withBean(JdbcConnectionDetails.class, ServiceConnectionDetails::new)
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void goesWhereTheDataSourceGoesWhateverBootsPropertiesSay() {
		this.plain.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none")
			.withBean(DataSource.class, database::dataSource)
			.run(ConnectionDetailsTests::assertBusReceives);
	}

	@Test
	void goesWhereARoutingDataSourceGoes() {
		this.plain.withBean(DataSource.class, Routing::new).run(ConnectionDetailsTests::assertBusReceives);
	}

	/** Whatever the application's own DataSource can do. */
	private static void assertBusReceives(ApplicationContext context) throws InterruptedException {
		try (EventStream stream = open(context)) {
			Event event = Event.of(EventType.of("epoch.closed"), "1", 42);
			context.getBean("domainEventBus", EventBus.class).publish(event);
			assertThat(stream.poll(LIMIT)).isEqualTo(event);
		}
	}

	private static HikariDataSource hikari() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		return pool;
	}

	private static HikariDataSource hikariOfDataSource() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(database.dataSource());
		return pool;
	}

	private static HikariDataSource hikariOfClass() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
		pool.addDataSourceProperty("url", database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		return pool;
	}

	/** Those of the database, as both interfaces ask for them. */
	private abstract static class Details {

		public String getJdbcUrl() {
			return database.url();
		}

		public String getUsername() {
			return database.user();
		}

		public String getPassword() {
			return database.password();
		}

	}

	private static final class OwnDetails extends Details implements EventsConnectionDetails {

	}

	private static final class ServiceConnectionDetails extends Details implements JdbcConnectionDetails {

	}

	/** A socket factory that the user's settings name. */
	public static final class CountingSocketFactory extends PlainSocketFactory {

		static final AtomicInteger sockets = new AtomicInteger();

		@Override
		public Socket createSocket() {
			sockets.incrementAndGet();
			return super.createSocket();
		}

	}

	/** Tells nothing of where it goes. */
	private static final class Opaque extends AbstractDataSource {

		@Override
		public Connection getConnection() throws SQLException {
			return database.connect();
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return database.connect();
		}

	}

	private static final class Routing extends AbstractRoutingDataSource {

		Routing() {
			setTargetDataSources(Map.of("one", database.dataSource()));
			setDataSourceLookup(new MapDataSourceLookup());
		}

		@Override
		protected Object determineCurrentLookupKey() {
			return "one";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProxiedDataSource {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
			proxies.setBeanNames("dataSource");
			proxies.setInterceptorNames("interceptor");
			return proxies;
		}

		@Bean
		static SimpleTraceInterceptor interceptor() {
			return new SimpleTraceInterceptor();
		}

	}

}
