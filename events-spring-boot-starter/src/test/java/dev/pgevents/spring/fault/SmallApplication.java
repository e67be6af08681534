package dev.pgevents.spring.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import dev.pgevents.EventBus;
import dev.pgevents.spring.EventBusCustomizer;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsEndpointAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsHealthAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsMetricsAutoConfiguration;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.awaitility.Awaitility.await;

/**
 * An application with a pool, transactions, the bus and nothing else, whose bus and
 * threads have a name of their own.
 */
final class SmallApplication {

	private final String name = "small-" + UUID.randomUUID();

	private final List<Class<?>> beans = new ArrayList<>(List.of(Base.class));

	private final List<String> properties = new ArrayList<>();

	private SmallApplication() {
	}

	/** An application with beans or configurations of these classes. */
	static SmallApplication with(Class<?>... beans) {
		SmallApplication application = new SmallApplication();
		application.beans.addAll(List.of(beans));
		return application;
	}

	SmallApplication connectedTo(String url, String user, String password) {
		return properties("spring.datasource.url=" + url, "spring.datasource.username=" + user,
				"spring.datasource.password=" + password);
	}

	SmallApplication properties(String... properties) {
		this.properties.addAll(List.of(properties));
		return this;
	}

	/** What the bus's threads, its sessions and the pool's threads are named after. */
	String name() {
		return this.name;
	}

	/** Starts and waits until events arrive, however long that takes. */
	ConfigurableApplicationContext startAndAwaitDelivery() {
		ConfigurableApplicationContext context = start();
		await().atMost(Duration.ofSeconds(60)).until(context.getBean(EventBus.class)::isDelivering);
		return context;
	}

	ConfigurableApplicationContext start() {
		return new SpringApplicationBuilder(this.beans.toArray(Class<?>[]::new)).web(WebApplicationType.NONE)
			.properties("bus.name=" + this.name, "spring.datasource.hikari.pool-name=" + this.name + "-pool",
					"spring.main.banner-mode=off", "management.endpoints.web.exposure.include=events")
			.properties(this.properties.toArray(String[]::new))
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
			TransactionAutoConfiguration.class, EventsAutoConfiguration.class, EventListenerAutoConfiguration.class,
			EventsHealthAutoConfiguration.class, EventsEndpointAutoConfiguration.class,
			EventsMetricsAutoConfiguration.class })
	static class Base {

		@Bean
		EventBusCustomizer named(@Value("${bus.name}") String name) {
			return (builder) -> builder.name(name);
		}

	}

}
