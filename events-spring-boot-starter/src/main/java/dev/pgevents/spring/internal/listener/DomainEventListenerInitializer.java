package dev.pgevents.spring.internal.listener;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Registers the {@link DomainEventListenerFactory} in every context, test slices
 * included, where auto-configuration may be filtered. As a singleton, which ahead-of-time
 * processing leaves alone: initializers run at run time, too.
 */
final class DomainEventListenerInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		if (!beans.containsLocalBean(DomainEventListenerFactory.BEAN_NAME)) {
			beans.registerSingleton(DomainEventListenerFactory.BEAN_NAME, new DomainEventListenerFactory(beans));
		}
	}

}
