package dev.pgevents.spring.test;

import java.util.List;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Registers what tests use, alike in every context, so that it makes no two of them
 * apart.
 */
final class DomainEventsContextCustomizerFactory implements ContextCustomizerFactory {

	@Override
	public ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> attributes) {
		return new Customizer();
	}

	/** All are equal. */
	private record Customizer() implements ContextCustomizer {

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration test) {
			if (context.getBeanFactory() instanceof BeanDefinitionRegistry registry) {
				register(registry, "domainEventsRecorder", DomainEventRecorder.class);
				register(registry, "domainEventScenario", DomainEventScenario.class);
				register(registry, "domainEventsRecordingInterceptor", RecordingInterceptor.class);
				context.addBeanFactoryPostProcessor(new SlicePublishers(context.getEnvironment(), registry));
			}
		}

		private static void register(BeanDefinitionRegistry registry, String name, Class<?> type) {
			registry.registerBeanDefinition(name, SlicePublishers.definition(type));
		}

	}

}
