package dev.pgevents.spring.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import dev.pgevents.EventBus;
import dev.pgevents.Publisher;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Beans of the application that have our beans' names, and an application without a
 * database.
 */
@ExtendWith(OutputCaptureExtension.class)
class BesideTheApplicationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	@Test
	void applicationMayHaveADomainEventPublisherOfItsOwn() {
		this.runner.withUserConfiguration(OwnPublisher.class).withBean(Handler.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean("domainEventPublisher")).isInstanceOf(OwnPublisher.Own.class);
			context.getBean(DomainEventPublisher.class).publish(new Placed("7"));
			assertThat(context.getBean(Handler.class).app.get(20, TimeUnit.SECONDS)).isEqualTo("7");
		});
	}

	@Test
	void ownDomainEventPublisherReplacesOurs() {
		DomainEventPublisher mine = (payload) -> {
		};
		this.runner.withBean("mine", DomainEventPublisher.class, () -> mine)
			.run((context) -> assertThat(context.getBean(DomainEventPublisher.class)).isSameAs(mine));
	}

	@ParameterizedTest
	@ValueSource(strings = { "domainEventBus", "domainPublisher", "domainSubscriber", "domainEventListenerContainer" })
	void nameThatIsTakenIsSaidWithWhatToDo(String name, CapturedOutput output) {
		SpringApplicationBuilder application = new SpringApplicationBuilder(Plain.class).web(WebApplicationType.NONE)
			.properties("events.backend=in-memory", "spring.main.banner-mode=off")
			.initializers(
					(context) -> ((GenericApplicationContext) context).registerBean(name, String.class, () -> "mine"));
		assertThatThrownBy(application::run);
		assertThat(output).contains("A bean of the application is named '" + name + "' and is no dev.pgevents.")
			.contains("Give the application's bean another name")
			.doesNotContain("allow-bean-definition-overriding");
	}

	@Test
	void startsInMemoryWhereNothingSaysWhereADatabaseIs() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Plain.class)
			.web(WebApplicationType.NONE)
			.properties("events.backend=in-memory", "spring.main.banner-mode=off")
			.run()) {
			assertThat(context.getBean(EventBus.class)).isInstanceOf(InMemoryEventBus.class);
			assertThat(context.getBeanProvider(Publisher.class).getIfUnique()).isNotNull();
			assertThat(context.getBeanProvider(DataSource.class).getIfAvailable()).isNull();
		}
	}

	@Test
	void keepsTheDataSourceThatThePropertiesName() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Plain.class)
			.web(WebApplicationType.NONE)
			.properties("events.backend=in-memory", "spring.main.banner-mode=off")
			.properties(TestDatabase.properties(TestPostgres.shared()))
			.run()) {
			assertThat(context.getBeanProvider(DataSource.class).getIfAvailable()).isNotNull();
		}
	}

	@DomainEvent("order.placed")
	record Placed(@AppId String app) {

	}

	static class Handler {

		final CompletableFuture<String> app = new CompletableFuture<>();

		@OnDomainEvent
		void on(Placed placed) {
			this.app.complete(placed.app());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPublisher {

		@Bean
		Own domainEventPublisher() {
			return new Own();
		}

		static class Own {

		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

}
