package dev.pgevents.console;

import java.time.Clock;
import java.util.List;

import dev.pgevents.EventBus;
import dev.pgevents.EventLog;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Auto-configuration of the console, where {@code events.console.enabled=true} asks for
 * it in a servlet application.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventListenerAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
@Conditional(OnConsoleCondition.class)
@ConditionalOnSingleCandidate(EventBus.class)
@EnableConfigurationProperties(EventsConsoleProperties.class)
public final class EventsConsoleAutoConfiguration {

	@Bean(destroyMethod = "close")
	EventsConsole eventsConsole(EventBus bus, ObjectProvider<DomainEventListenerContainer> container,
			ObjectProvider<ConsolePanel> panels, ObjectProvider<CommitTimes> commitTimes,
			EventsConsoleProperties properties, Environment environment) {
		return new EventsConsole(bus, container.getIfUnique(), panels.orderedStream().toList(),
				commitTimes.getIfUnique(() -> (event) -> null), properties,
				environment.getProperty("spring.application.name"), Clock.systemUTC());
	}

	@Bean
	RouterFunction<ServerResponse> eventsConsoleRoutes(EventBus bus, EventsConsole console,
			EventsConsoleProperties properties, ObjectProvider<DomainEventListenerContainer> container,
			ObjectProvider<ConsolePanel> panels) {
		List<ConsolePanel> all = panels.orderedStream().toList();
		Operations operations = new Operations(properties.operations(), container.getIfUnique(),
				bus.capability(EventLog.class).orElse(null), all);
		return new ConsoleRoutes(properties.path(), console, operations, all).routes();
	}

}
