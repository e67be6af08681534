package dev.pgevents.spring.test;

import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.Set;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import org.springframework.beans.factory.annotation.ParameterResolutionDelegate;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Gives test methods the beans that have the recorded events, without {@code @Autowired},
 * with which Spring gives them itself.
 */
final class DomainEventsParameters implements ParameterResolver {

	private static final Set<Class<?>> TYPES = Set.of(DomainEvents.class, DomainEventScenario.class);

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
		Executable executable = parameter.getDeclaringExecutable();
		return executable instanceof Method && TYPES.contains(parameter.getParameter().getType())
				&& !ParameterResolutionDelegate.isAutowirable(parameter.getParameter(), parameter.getIndex());
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
		return SpringExtension.getApplicationContext(test).getBean(parameter.getParameter().getType());
	}

}
