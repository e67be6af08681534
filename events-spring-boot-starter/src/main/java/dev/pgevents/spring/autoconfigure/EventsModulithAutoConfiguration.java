package dev.pgevents.spring.autoconfigure;

import dev.pgevents.Publisher;
import dev.pgevents.spring.internal.externalization.BusTransport;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.modulith.events.EventExternalizationConfiguration;
import org.springframework.modulith.events.support.EventExternalizationTransport;
import org.springframework.modulith.events.support.EventExternalizerModuleListener;

/**
 * Auto-configuration of the bus as what Spring Modulith externalizes events to, from its
 * version 2.1 on. Where a broker is meant for that, it stays.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventsAutoConfiguration.class,
		afterName = { "org.springframework.modulith.events.config.EventExternalizationAutoConfiguration",
				"org.springframework.modulith.events.kafka.KafkaEventExternalizerConfiguration",
				"org.springframework.modulith.events.amqp.RabbitEventExternalizerConfiguration",
				"org.springframework.modulith.events.jms.JmsEventExternalizerConfiguration",
				"org.springframework.modulith.events.messaging.SpringMessagingEventExternalizerConfiguration" })
@ConditionalOnClass(name = "org.springframework.modulith.events.support.EventExternalizationTransport")
@ConditionalOnBooleanProperty(name = "events.enabled", matchIfMissing = true)
@ConditionalOnBean({ Publisher.class, EventExternalizationConfiguration.class })
@ConditionalOnMissingBean(EventExternalizationTransport.class)
public final class EventsModulithAutoConfiguration {

	@Bean
	BusTransport eventsExternalizationTransport(Publisher publisher, BeanFactory beans) {
		return new BusTransport(publisher, beans);
	}

	@Bean
	@ConditionalOnMissingBean
	EventExternalizerModuleListener eventsExternalizerModuleListener(EventExternalizationConfiguration configuration,
			EventExternalizationTransport transport) {
		return new EventExternalizerModuleListener(configuration, transport);
	}

}
