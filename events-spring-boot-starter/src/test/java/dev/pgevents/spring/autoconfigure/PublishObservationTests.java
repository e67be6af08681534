package dev.pgevents.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.Publisher;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What observations say of what was published: it was, it was rolled back, it failed.
 */
class PublishObservationTests extends ObservationTest {

	@Test
	void whatIsRolledBackIsNoneThatWasPublished() {
		meters((context, registry) -> {
			Publisher publisher = context.getBean(Publisher.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			TransactionTemplate nested = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
			nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
			transaction.executeWithoutResult((status) -> {
				publisher.publish(Event.of(CLOSED, "1", null));
				nested.executeWithoutResult((inner) -> {
					publisher.publish(Event.of(CLOSED, "2", null));
					inner.setRollbackOnly();
				});
				assertThat(published(registry)).as("not committed yet").isZero();
				assertThat(rolledBack(registry)).as("the savepoint's").isEqualTo(1);
			});
			assertThat(published(registry)).isEqualTo(1);
			transaction.executeWithoutResult((status) -> {
				publisher.publishAll(List.of(Event.of(CLOSED, "3", null), Event.of(CLOSED, "4", null)));
				status.setRollbackOnly();
			});
			assertThat(published(registry)).isEqualTo(1);
			assertThat(rolledBack(registry)).isEqualTo(3);
			assertThat(this.tracing.ended).as("no trace stays open").hasSize(4);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void commitThatPostgresMakesARollbackPublishesNothing(String mode) {
		meters((context, registry) -> {
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> transaction.executeWithoutResult((status) -> {
					context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", null));
					try {
						new JdbcTemplate(context.getBean(DataSource.class)).execute("SELECT 1/0");
					}
					catch (DataAccessException ex) {
						// and goes on
					}
				}));
			assertThat(published(registry)).isZero();
			assertThat(rolledBack(registry)).isEqualTo(1);
		}, "events.publisher.mode=" + mode);
	}

	@Test
	void whatLeavesAfterTheCommitHasBeenPublishedWhenItWasSent() {
		meters((context, registry) -> {
			new TransactionTemplate(context.getBean(PlatformTransactionManager.class)).executeWithoutResult(
					(status) -> context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", null)));
			await().atMost(LIMIT).until(() -> published(registry) == 1);
			assertThat(rolledBack(registry)).isZero();
		}, "events.publisher.mode=after-commit");
	}

	@Test
	void timersOfObservationsAreDescribed() {
		this.plain.withConfiguration(AutoConfigurations.of(EventsMetricsAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory")
			.withUserConfiguration(Measured.class)
			.withBean(Handling.class)
			.withBean(Synchronizing.class)
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", null));
				await().atMost(LIMIT)
					.until(() -> count(registry, "events.handle") == 1 && count(registry, "events.sync") > 0);
				assertThat(registry.getMeters()).allSatisfy(
						(meter) -> assertThat(meter.getId().getDescription()).as(meter.getId().getName()).isNotBlank())
					.extracting((meter) -> meter.getId().getName())
					.contains("events.publish", "events.publish.active", "events.handle.active", "events.sync.active");
			});
	}

	@Test
	void failureOfWhatIsSentInTheBackgroundIsTold() {
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none",
					"events.publisher.timeout=100ms")
			.run((context) -> {
				CompletableFuture<Void> sent = context.getBean(Publisher.class)
					.publishAsync(Event.of(CLOSED, null, null));
				assertThat(sent).failsWithin(LIMIT).withThrowableThat().withCauseInstanceOf(PublishException.class);
				await().atMost(LIMIT).until(() -> !this.tracing.ended.isEmpty());
				assertThat(ended("events.publish").getError()).isInstanceOf(PublishException.class);
			});
	}

	private void meters(BiConsumer<ApplicationContext, MeterRegistry> test, String... properties) {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withPropertyValues(properties)
			.run((context) -> {
				MeterRegistry registry = new SimpleMeterRegistry();
				context.getBean(ObservationRegistry.class)
					.observationConfig()
					.observationHandler(new DefaultMeterObservationHandler(registry));
				test.accept(context, registry);
			});
	}

	private static long published(MeterRegistry registry) {
		return count(registry, "events.publish");
	}

	private static long rolledBack(MeterRegistry registry) {
		return count(registry, "events.publish.rolled-back");
	}

	private static long count(MeterRegistry registry, String name) {
		return registry.find(name).timers().stream().mapToLong(Timer::count).sum();
	}

	/** Does what Boot does with filters and observations. */
	@Configuration(proxyBeanMethods = false)
	static class Measured {

		@Bean
		MeterRegistry meters(ObjectProvider<MeterFilter> filters) {
			MeterRegistry registry = new SimpleMeterRegistry();
			filters.forEach(registry.config()::meterFilter);
			return registry;
		}

		@Bean
		ObservationRegistry observations(MeterRegistry meters) {
			ObservationRegistry observations = ObservationRegistry.create();
			observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
			return observations;
		}

	}

}
