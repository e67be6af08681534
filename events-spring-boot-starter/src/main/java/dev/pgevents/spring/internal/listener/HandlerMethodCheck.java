package dev.pgevents.spring.internal.listener;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.List;
import java.util.Set;

import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnDomainEvents;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * What no method with one of this library's annotations may be, whatever it takes.
 */
final class HandlerMethodCheck {

	private static final List<Class<? extends Annotation>> OWN = List.of(OnDomainEvent.class, OnDomainEvents.class,
			OnGap.class, SyncOnDomainEvent.class);

	/** By name: most applications have the first only. */
	private static final List<String> ASYNCHRONOUS = List.of("org.springframework.scheduling.annotation.Async",
			"jakarta.ejb.Asynchronous", "jakarta.enterprise.concurrent.Asynchronous");

	private static final String VALIDATED = "org.springframework.validation.annotation.Validated";

	private static final List<String> VALIDATING = List.of("jakarta.validation.Valid", VALIDATED,
			"jakarta.validation.Constraint");

	private static final Set<String> SHORT_SCOPES = Set.of("request", "session");

	private final ConfigurableListableBeanFactory beans;

	HandlerMethodCheck(ConfigurableListableBeanFactory beans) {
		this.beans = beans;
	}

	/** Whether a method carries one of our annotations. */
	static boolean isAnnotated(Method method) {
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		for (Class<? extends Annotation> own : OWN) {
			if (annotations.isPresent(own)) {
				return true;
			}
		}
		return false;
	}

	/** Refuses what cannot work. */
	void check(BeanMethod beanMethod, String annotation) {
		checkAnnotations(beanMethod, annotation);
		checkAsynchronous(beanMethod, annotation);
		checkValidated(beanMethod, annotation);
		checkSignature(beanMethod, annotation);
		checkProxy(beanMethod, annotation);
		checkScope(beanMethod, annotation);
	}

	private static void checkAnnotations(BeanMethod beanMethod, String annotation) {
		for (MergedAnnotation<Annotation> each : MergedAnnotations.from(beanMethod.method(),
				SearchStrategy.TYPE_HIERARCHY)) {
			if (each.getType().equals(EventListener.class) && Collections.disjoint(each.getMetaTypes(), OWN)) {
				throw beanMethod.refuse(annotation,
						"it carries @" + each.getRoot().getType().getSimpleName()
								+ ", too, and is to be called either for events of the bus or for those of the context",
						"Remove one of the two annotations.");
			}
		}
	}

	/** The bus would count as handled what has only begun. */
	private static void checkAsynchronous(BeanMethod beanMethod, String annotation) {
		for (String asynchronous : ASYNCHRONOUS) {
			boolean ofMethod = isPresent(beanMethod.method(), asynchronous);
			if (ofMethod || isPresent(beanMethod.type(), asynchronous)) {
				throw beanMethod.refuse(annotation,
						(ofMethod ? "it" : "its class") + " carries @" + ClassUtils.getShortName(asynchronous)
								+ ", with which events lose their order, and failures count as handled",
						"Remove it: the method has threads of its own, as many as concurrency says.");
			}
		}
	}

	/** Nothing would be validated. */
	private static void checkValidated(BeanMethod beanMethod, String annotation) {
		if (isPresent(beanMethod.type(), VALIDATED)) {
			return;
		}
		for (Parameter parameter : beanMethod.method().getParameters()) {
			MergedAnnotations annotations = MergedAnnotations.from(parameter);
			for (String validating : VALIDATING) {
				if (annotations.isPresent(validating)) {
					throw beanMethod.refuse(annotation, "a parameter carries @" + ClassUtils.getShortName(validating)
							+ ", which does nothing here, since " + beanMethod.type().getName() + " is not validated",
							"Annotate the class with @Validated.");
				}
			}
		}
	}

	private static boolean isPresent(AnnotatedElement element, String annotation) {
		return MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY).isPresent(annotation);
	}

	private static void checkSignature(BeanMethod beanMethod, String annotation) {
		Method method = beanMethod.method();
		Class<?>[] parameters = method.getParameterTypes();
		if (parameters.length > 0
				&& parameters[parameters.length - 1].getName().equals("kotlin.coroutines.Continuation")) {
			throw beanMethod.refuse(annotation, "it is a suspend function", "Make it an ordinary function.");
		}
		if (method.getReturnType() != void.class) {
			throw beanMethod.refuse(annotation,
					"it returns " + method.getReturnType().getName() + ", which has no receiver", "Make it void.");
		}
	}

	/**
	 * A final method would be called on the proxy itself, which has none of the fields.
	 */
	private void checkProxy(BeanMethod beanMethod, String annotation) {
		Class<?> exposed = this.beans.getType(beanMethod.beanName());
		boolean subclass = exposed != null && SpringProxy.class.isAssignableFrom(exposed)
				&& !Proxy.isProxyClass(exposed);
		int modifiers = beanMethod.method().getModifiers();
		if (subclass && Modifier.isFinal(modifiers) && !Modifier.isStatic(modifiers)) {
			throw beanMethod.refuse(annotation, "it is final, and its bean is proxied by a subclass",
					"Make it not final.");
		}
	}

	private void checkScope(BeanMethod beanMethod, String annotation) {
		String scope = scope(beanMethod.beanName());
		if (scope != null && SHORT_SCOPES.contains(scope)) {
			throw beanMethod.refuse(annotation,
					"its bean lives in the scope \"" + scope + "\", and events arrive outside of any " + scope,
					"Move the method to a singleton bean.");
		}
	}

	private @Nullable String scope(String beanName) {
		String target = ScopedProxyUtils.getTargetBeanName(beanName);
		String definition = this.beans.containsBeanDefinition(target) ? target : beanName;
		return this.beans.containsBeanDefinition(definition) ? this.beans.getMergedBeanDefinition(definition).getScope()
				: null;
	}

}
