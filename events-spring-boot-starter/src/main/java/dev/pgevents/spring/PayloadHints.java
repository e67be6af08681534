package dev.pgevents.spring;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.EventType;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.annotation.ReflectiveProcessor;

/**
 * Lets a native image read the payloads that handler methods take, whose classes nothing
 * but the method's signature names.
 */
final class PayloadHints implements ReflectiveProcessor {

	private static final Set<Class<?>> NO_PAYLOADS = Set.of(Event.class, EventType.class);

	private final BindingReflectionHintsRegistrar binding = new BindingReflectionHintsRegistrar();

	@Override
	public void registerReflectionHints(ReflectionHints hints, AnnotatedElement element) {
		if (element instanceof Method method) {
			for (Parameter parameter : method.getParameters()) {
				if (!NO_PAYLOADS.contains(parameter.getType())) {
					this.binding.registerReflectionHints(hints, parameter.getParameterizedType());
				}
			}
		}
	}

}
