package dev.pgevents.spring.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.Publisher;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.EventBusCustomizer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * What the application puts in the place of a bean, or customizes.
 */
class ReplacedBeansTests extends EventsAutoConfigurationTest {

	@Test
	void backsOffWhereTheUserHasABus() {
		for (String backend : List.of("postgres", "in-memory")) {
			this.runner.withPropertyValues("events.backend=" + backend)
				.withBean("mine", InMemoryEventBus.class, InMemoryEventBus::create)
				.run((context) -> {
					assertThat(context).doesNotHaveBean("domainEventBus")
						.getBean(EventBus.class)
						.isInstanceOf(InMemoryEventBus.class);
					assertRoundTrip(context);
				});
		}
	}

	@Test
	void hasItsBusBesideOneOfTheUsersThatIsNoDefaultCandidate() {
		this.runner.withUserConfiguration(SecondBus.class).run((context) -> {
			assertThat(context).hasBean("domainEventBus").hasBean("auditBus");
			assertThat(context.getBean(Audit.class).bus()).isSameAs(context.getBean("auditBus"));
			assertRoundTrip(context);
		});
	}

	@Test
	void backsOffWhereTheUserHasAPublisher() {
		this.runner.withUserConfiguration(OwnPublisher.class)
			.run((context) -> assertThat(context).doesNotHaveBean("domainPublisher")
				.hasBean("domainSubscriber")
				.hasBean("domainEventPublisher"));
	}

	@Test
	void backsOffWhereTheUserHasASubscriber() {
		for (String backend : List.of("postgres", "in-memory")) {
			this.runner.withPropertyValues("events.backend=" + backend)
				.withUserConfiguration(OwnSubscriber.class)
				.run((context) -> {
					assertThat(context).doesNotHaveBean("domainSubscriber").hasBean("domainPublisher");
					assertThat(context.getBean(Subscriber.class)).isSameAs(context.getBean("mine"));
				});
		}
	}

	@Test
	void backsOffWhereTheUserHasADomainEventPublisher() {
		this.runner.withBean("mine", DomainEventPublisher.class, () -> (payload) -> {
		})
			.run((context) -> assertThat(context).doesNotHaveBean("domainEventPublisher")
				.hasSingleBean(DomainEventPublisher.class)
				.hasBean("domainPublisher"));
	}

	@Test
	void backsOffWhereTheUserHasAListenerContainer() {
		this.runner.withBean("mine", DomainEventListenerContainer.class, () -> mock(DomainEventListenerContainer.class))
			.run((context) -> assertThat(context).doesNotHaveBean("domainEventListenerContainer")
				.hasSingleBean(DomainEventListenerContainer.class));
	}

	@Test
	void callsCustomizersInTheirOrder() {
		this.runner.withUserConfiguration(Customizers.class)
			.run((context) -> assertThat(
					context.getBean(EventBus.class).subscribe(SubscriptionFilter.all(), (event) -> {
					}).ready())
				.failsWithin(LIMIT)
				.withThrowableThat()
				.withMessageContaining("second"));
	}

	@Test
	void letsCustomizersHaveTheLastWord() {
		this.runner.withPropertyValues("events.listener.enabled=true")
			.withBean(EventBusCustomizer.class,
					() -> (builder) -> builder.listening(false).listeningOffReason("customized"))
			.run((context) -> assertThat(
					context.getBean(EventBus.class).subscribe(SubscriptionFilter.all(), (event) -> {
					}).ready())
				.failsWithin(LIMIT)
				.withThrowableThat()
				.withMessageContaining("customized"));
	}

	@Test
	void usesAPayloadCodecBean() {
		this.runner.withUserConfiguration(OwnCodec.class).run((context) -> {
			assertUsesOwnCodec(context);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class SecondBus {

		@Bean(defaultCandidate = false)
		@Qualifier("audit")
		PostgresEventBus auditBus() {
			return PostgresEventBus.builder()
				.name("audit")
				.listener(ConnectionSource.url(database.url(), database.user(), database.password()))
				.build();
		}

		@Bean
		Audit audit(@Qualifier("audit") PostgresEventBus bus) {
			return new Audit(bus);
		}

	}

	record Audit(PostgresEventBus bus) {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPublisher {

		@Bean
		Publisher mine(EventBus bus) {
			return new Publisher() {

				@Override
				public void publish(Event event) {
					bus.publish(event);
				}

				@Override
				public void publishAll(Collection<Event> events) {
					bus.publishAll(events);
				}

				@Override
				public CompletableFuture<Void> publishAsync(Event event) {
					return bus.publishAsync(event);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSubscriber {

		@Bean
		Subscriber mine(EventBus bus) {
			return new Subscriber() {

				@Override
				public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options,
						EventHandler handler) {
					return bus.subscribe(filter, options, handler);
				}

				@Override
				public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
					return bus.open(filter, options);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		EventBusCustomizer second() {
			return (builder) -> builder.listening(false).listeningOffReason("second");
		}

		@Bean
		@Order(1)
		EventBusCustomizer first() {
			return (builder) -> builder.listeningOffReason("first");
		}

	}

}
