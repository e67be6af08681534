package dev.pgevents.spring.autoconfigure;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.EventBus;
import dev.pgevents.PayloadCodec;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.internal.jackson3.Jackson3PayloadCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * How payloads are written and read: one codec for the bus and for the check of what
 * handlers declare. Of Jackson 3 where it is there, which is what Boot 4 has.
 */
@Configuration(proxyBeanMethods = false)
class PayloadConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(PayloadConfiguration.class);

	private static final boolean JACKSON_3 = ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper",
			PayloadConfiguration.class.getClassLoader());

	@Bean
	@ConditionalOnMissingBean
	PayloadCodec eventsPayloadCodec(EventsProperties properties, ListableBeanFactory beans, Environment environment) {
		if (properties.payload().mapper() == EventsProperties.Payload.Mapper.APPLICATION) {
			return ofApplication(beans);
		}
		if (Binder.get(environment).bind("spring.jackson", Bindable.mapOf(String.class, Object.class)).isBound()) {
			logger.info("spring.jackson.* says nothing about payloads of events, which a mapper of the library's own "
					+ "writes, so that all services agree: events.payload.mapper=application changes that");
		}
		return JACKSON_3 ? new Jackson3PayloadCodec(SingletonSupplier.of(JacksonPayloadCodec::new))
				: new JacksonPayloadCodec();
	}

	/**
	 * The codec of the bus, which a customizer may have set, or the bean where the bus
	 * does not say.
	 */
	static PayloadCodec codecOf(EventBus bus, ObjectProvider<PayloadCodec> bean) {
		return bus.capability(PayloadCodec.class).orElseGet(() -> bean.getIfUnique(JacksonPayloadCodec::new));
	}

	private static PayloadCodec ofApplication(ListableBeanFactory beans) {
		PayloadCodec codec = JACKSON_3 ? Jackson3PayloadCodec.ofApplication(beans) : null;
		codec = (codec != null) ? codec : ofApplicationsJackson2(beans);
		if (codec == null) {
			throw new EventsConfigurationException(
					"events.payload.mapper=application needs a JSON mapper of the application, and there is none, or no "
							+ "telling which",
					"Add spring-boot-starter-json, mark one ObjectMapper bean with @Primary, or leave the property out.");
		}
		return codec;
	}

	private static @Nullable PayloadCodec ofApplicationsJackson2(ListableBeanFactory beans) {
		ObjectMapper mapper = beans.getBeanProvider(ObjectMapper.class).getIfUnique();
		return (mapper != null) ? new JacksonPayloadCodec(mapper) : null;
	}

}
