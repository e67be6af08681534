package dev.pgevents.spring.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.MethodMetadata;

/**
 * Says that a bean of the application has the name of one of ours and is something else:
 * allowing beans to be overridden, as Boot would advise, leaves events without theirs.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class TakenBeanNameFailureAnalyzer extends AbstractFailureAnalyzer<BeanDefinitionOverrideException> {

	private static final String OURS = TakenBeanNameFailureAnalyzer.class.getPackageName() + ".";

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanDefinitionOverrideException cause) {
		MethodMetadata ours = factoryMethod(cause.getBeanDefinition());
		if (ours == null || !ours.getDeclaringClassName().startsWith(OURS)) {
			return null;
		}
		String type = ours.getReturnTypeName();
		return new FailureAnalysis(
				"A bean of the application is named '" + cause.getBeanName() + "' and is no " + type
						+ ", the bean of the event bus that has this name. It is defined in "
						+ describe(cause.getExistingDefinition()) + ".",
				"Give the application's bean another name, or let it be a " + type + " if it is to replace the bus's.",
				cause);
	}

	private static @Nullable MethodMetadata factoryMethod(BeanDefinition definition) {
		return (definition instanceof AnnotatedBeanDefinition annotated) ? annotated.getFactoryMethodMetadata() : null;
	}

	private static String describe(BeanDefinition definition) {
		MethodMetadata method = factoryMethod(definition);
		if (method != null) {
			return method.getDeclaringClassName() + "." + method.getMethodName();
		}
		String resource = definition.getResourceDescription();
		return (resource != null) ? resource : String.valueOf(definition.getBeanClassName());
	}

}
