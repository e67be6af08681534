package dev.pgevents.spring.internal.payload;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.DefaultResourceLoader;

/**
 * Lets a native image write the payloads of the application's packages, also those that
 * are only published, which no bean names.
 */
final class PublishedPayloadHints implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beans) {
		List<Class<?>> payloads = new PayloadClasses(beans, new StandardEnvironment(),
				new DefaultResourceLoader(beans.getBeanClassLoader()))
			.annotated();
		return payloads.isEmpty() ? null : (generation, code) -> new BindingReflectionHintsRegistrar()
			.registerReflectionHints(generation.getRuntimeHints().reflection(), payloads.toArray(Class<?>[]::new));
	}

}
