package dev.pgevents.spring.test;

import dev.pgevents.Publisher;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.ReactivePublisher;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Gives a test slice, in which Spring Boot switches auto-configuration off but for a few,
 * a publisher that sends nothing, so that what publishes can be tested there as it is.
 */
final class SlicePublishers implements BeanDefinitionRegistryPostProcessor, Ordered {

	/** Set by Spring Boot in every slice. */
	private static final String AUTO_CONFIGURATION = "spring.boot.enableautoconfiguration";

	private final Environment environment;

	private final BeanDefinitionRegistry registry;

	SlicePublishers(Environment environment, BeanDefinitionRegistry registry) {
		this.environment = environment;
		this.registry = registry;
	}

	/** After all that the slice's configuration says itself. */
	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
	}

	/**
	 * Here and not before, since those without an order that register beans come after
	 * this one. Beans that tests replace with mocks are replaced later.
	 */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
		if (this.environment.getProperty(AUTO_CONFIGURATION, Boolean.class, true)
				|| !this.environment.getProperty("events.enabled", Boolean.class, true)) {
			return;
		}
		register(beans, Publisher.class, "domainPublisher", RecordingPublisher.class);
		register(beans, DomainEventPublisher.class, "domainEventPublisher", RecordingPayloadPublisher.class);
		if (ClassUtils.isPresent("reactor.core.publisher.Mono", beans.getBeanClassLoader())) {
			register(beans, ReactivePublisher.class, "domainReactivePublisher", RecordingReactivePublisher.class);
		}
	}

	private void register(ConfigurableListableBeanFactory beans, Class<?> type, String name, Class<?> recording) {
		if (BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, type, true, false).length == 0
				&& !beans.containsBean(name)) {
			this.registry.registerBeanDefinition(name, definition(recording));
		}
	}

	static RootBeanDefinition definition(Class<?> type) {
		RootBeanDefinition definition = new RootBeanDefinition(type);
		definition.setAutowireMode(RootBeanDefinition.AUTOWIRE_CONSTRUCTOR);
		definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
		return definition;
	}

}
