package dev.pgevents.spring.autoconfigure;

import dev.pgevents.Publisher;
import dev.pgevents.spring.internal.externalization.BusTransport;
import dev.pgevents.spring.internal.externalization.ExternalizedEvents;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.modulith.events.EventExternalizationConfiguration;
import org.springframework.modulith.events.support.DelegatingEventExternalizer;
import org.springframework.modulith.events.support.EventExternalizationTransport;
import org.springframework.modulith.events.support.EventExternalizerModuleListener;

/**
 * Auto-configuration of the bus as what Spring Modulith externalizes events to. Where a
 * broker is meant for that, it stays.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventsAutoConfiguration.class,
		afterName = { "org.springframework.modulith.events.config.EventExternalizationAutoConfiguration",
				"org.springframework.modulith.events.kafka.KafkaEventExternalizerConfiguration",
				"org.springframework.modulith.events.amqp.RabbitEventExternalizerConfiguration",
				"org.springframework.modulith.events.jms.JmsEventExternalizerConfiguration",
				"org.springframework.modulith.events.messaging.SpringMessagingEventExternalizerConfiguration" })
@ConditionalOnClass(name = "org.springframework.modulith.events.EventExternalizationConfiguration")
@ConditionalOnEvents
@ConditionalOnBean(
		type = { "dev.pgevents.Publisher", "org.springframework.modulith.events.EventExternalizationConfiguration" })
public final class EventsModulithAutoConfiguration {

	private static final String TRANSPORT = "org.springframework.modulith.events.support.EventExternalizationTransport";

	private static final String EXTERNALIZER = "org.springframework.modulith.events.support.DelegatingEventExternalizer";

	/** From Spring Modulith 2.1 on. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = TRANSPORT)
	@ConditionalOnMissingBean(type = TRANSPORT)
	static class TransportConfiguration {

		@Bean
		BusTransport eventsExternalizationTransport(Publisher publisher, BeanFactory beans) {
			return new BusTransport(new ExternalizedEvents(publisher, beans));
		}

		@Bean
		@ConditionalOnMissingBean
		EventExternalizerModuleListener eventsExternalizerModuleListener(
				EventExternalizationConfiguration configuration, EventExternalizationTransport transport) {
			return new EventExternalizerModuleListener(configuration, transport);
		}

	}

	/** Before. Spring Modulith 2.1 has no use for it any more, and will remove it. */
	@SuppressWarnings("removal")
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = EXTERNALIZER)
	@ConditionalOnMissingClass(TRANSPORT)
	@ConditionalOnMissingBean(type = EXTERNALIZER)
	static class ExternalizerConfiguration {

		@Bean
		DelegatingEventExternalizer eventsExternalizer(EventExternalizationConfiguration configuration,
				Publisher publisher, BeanFactory beans) {
			ExternalizedEvents events = new ExternalizedEvents(publisher, beans);
			return new DelegatingEventExternalizer(configuration, (target, payload) -> events.publish(payload, target));
		}

	}

}
