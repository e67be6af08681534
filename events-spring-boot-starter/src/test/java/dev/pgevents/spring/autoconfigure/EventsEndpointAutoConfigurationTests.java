package dev.pgevents.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.CountDownLatch;

import dev.pgevents.EventBus;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.internal.actuate.EventsDescriptor;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsWebEndpoint;
import dev.pgevents.spring.internal.actuate.GroupOperation;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import dev.pgevents.spring.internal.actuate.SubscriptionDescriptor;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationFilter;
import org.springframework.boot.actuate.endpoint.invoke.convert.ConversionServiceParameterValueMapper;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpointDiscoverer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class EventsEndpointAutoConfigurationTests extends ActuatorTest {

	@Test
	void hasNoEndpointWhereNotExposed() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(EventsEndpoint.class));
	}

	@Test
	void showsSubscriptionsPublisherConnectionAndServer() {
		this.runner.run((context) -> {
			Subscription subscription = subscribe(context, "claims", new CountDownLatch(0));
			await().atMost(LIMIT).until(context.getBean(EventBus.class)::isDelivering);
			EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
			assertThat(shown.subscriptions()).singleElement().satisfies((one) -> {
				assertThat(one.name()).isEqualTo("claims");
				assertThat(one.types()).containsExactly("epoch.*");
				assertThat(one.ready()).isTrue();
				assertThat(one.stats()).isEqualTo(subscription.stats());
			});
			assertThat(shown.publisher().queued()).isZero();
			assertThat(shown.connection().state()).isEqualTo(ConnectionState.LISTENING);
			assertThat(shown.connection().channels()).containsExactly("events");
			assertThat(shown.connection().diagnosis()).startsWith("Events published here arrive here: proven at ");
			assertThat(shown.connection().provenAt()).isNotNull();
			assertThat(shown.connection().provenIn()).isPositive();
			assertThat(shown.connection().serverVersion()).isEqualTo(shown.server().status().version());
			assertThat(shown.server().error()).isNull();
			assertThat(shown.server().status().version()).isNotBlank();
		});
	}

	@Test
	void showsWhatThereIsWithoutADatabase() {
		this.runner.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none?password=hidden")
			.run((context) -> {
				PostgresEventBus bus = context.getBean(PostgresEventBus.class);
				await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.BACKING_OFF);
				EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
				assertThat(shown.server().status()).isNull();
				assertThat(shown.server().error()).isEqualTo("not asked: there is no connection");
				assertThat(shown.connection().problem()).contains("localhost:1");
				assertThat(shown.connection().diagnosis()).startsWith("There was no connection yet")
					.contains("localhost:1", "spring.datasource.url", "events.postgres.url");
				assertThat(shown.toString()).doesNotContain("hidden");
			});
	}

	@Test
	void showsSubscriptionsOfAnInMemoryBus() {
		this.runner.withPropertyValues("events.backend=in-memory").run((context) -> {
			subscribe(context, "claims", new CountDownLatch(0));
			EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
			assertThat(shown.subscriptions()).hasSize(1);
			assertThat(shown.connection()).isNull();
			assertThat(context.getBean(EventsHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void showsSubscriptionsByNameWithTheirAppsAndWhetherTheyAreReady() {
		this.runner.withPropertyValues("events.listener.enabled=false").run((context) -> {
			EventBus bus = context.getBean(EventBus.class);
			for (String name : List.of("b", "c", "a")) {
				bus.subscribe(SubscriptionFilter.apps("8", "7"), SubscriptionOptions.builder().name(name).build(),
						(event) -> {
						});
			}
			EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
			assertThat(shown.connection().listening()).isFalse();
			assertThat(shown.subscriptions()).extracting(SubscriptionDescriptor::name).containsExactly("a", "b", "c");
			assertThat(shown.subscriptions()).allSatisfy((one) -> {
				assertThat(one.apps()).containsExactly("7", "8");
				assertThat(one.ready()).isFalse();
			});
		});
		this.runner.run((context) -> assertThat(context.getBean(EventsEndpoint.class).events().connection().listening())
			.isTrue());
	}

	@Test
	void endpointOperatesMethodsWhereThatIsAllowedAlone() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withBean("worker", Worker.class)
			.withBean("ledger", Ledger.class)
			.run((context) -> {
				assertThat(operations(context)).isEqualTo(2);
				EventsEndpoint endpoint = context.getBean(EventsEndpoint.class);
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.PAUSE))
					.isEqualTo(new EventsEndpoint.MethodDescriptor("worker.on", true, true));
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.RESUME).paused()).isFalse();
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.STOP).running()).isFalse();
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.START).running()).isTrue();
				endpoint.operate("ledger.catchUp", EventsEndpoint.Action.RESYNC);
				assertThatExceptionOfType(InvalidEndpointRequestException.class)
					.isThrownBy(() -> endpoint.operate("none", EventsEndpoint.Action.STOP))
					.withMessageContaining("worker.on");
			});
		this.runner.withPropertyValues("management.endpoint.events.access=UNRESTRICTED").run((context) -> {
			assertThat(operations(context)).isEqualTo(4);
			WebEndpointResponse<Object> refused = context.getBean(EventsWebEndpoint.class)
				.operateGroup("groups", "billing", GroupOperation.REDRIVE, "all");
			assertThat(refused.getStatus()).isEqualTo(400);
			assertThat(refused.getBody()).asString().contains("events.log.enabled=true");
			assertThat(context.getBean(EventsWebEndpoint.class).operate("none", EventsEndpoint.Action.STOP).getBody())
				.asString()
				.contains("there is no listener container");
		});
	}

	private static int operations(ApplicationContext context) {
		EndpointAccessResolver access = new PropertiesEndpointAccessResolver(context.getEnvironment());
		return new WebEndpointDiscoverer(context, new ConversionServiceParameterValueMapper(),
				EndpointMediaTypes.DEFAULT, List.of(), List.of(), List.of(), List.of(),
				List.of(OperationFilter.byAccess(access)))
			.getEndpoints()
			.stream()
			.filter((endpoint) -> endpoint.getEndpointId().equals(EndpointId.of("events")))
			.mapToInt((endpoint) -> endpoint.getOperations().size())
			.sum();
	}

}
