package dev.pgevents.spring.internal.listener;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean. The bean is looked up at the first call, so that lazy beans stay
 * lazy, and kept if it is a singleton. Thread-safe.
 */
final class BeanMethod {

	private final BeanFactory beans;

	private final String beanName;

	private final Method invocable;

	private final Class<?> type;

	private final Method method;

	private final boolean singleton;

	private volatile @Nullable Object bean;

	/**
	 * A method that can be called on the bean.
	 * @param beans where the bean is
	 * @param beanName its name
	 * @param type its class behind a proxy
	 * @param invocable the method to call: of an interface, if that is what a proxy has
	 */
	BeanMethod(BeanFactory beans, String beanName, Class<?> type, Method invocable) {
		this.beans = beans;
		this.beanName = beanName;
		this.type = type;
		this.invocable = invocable;
		this.method = AopUtils.getMostSpecificMethod(invocable, type);
		this.singleton = beans.isSingleton(beanName);
		ReflectionUtils.makeAccessible(invocable);
	}

	/** The method as it is declared in the bean's class. */
	Method method() {
		return this.method;
	}

	String beanName() {
		return this.beanName;
	}

	/**
	 * The bean's class, which may say more of the method's types than the method does.
	 */
	Class<?> type() {
		return this.type;
	}

	/** The name for logs and ids. */
	String name() {
		return this.beanName + "." + this.method.getName();
	}

	/** Calls the method; what it throws is thrown. */
	@SuppressWarnings("NullAway") // reflection takes null arguments
	void call(@Nullable Object... arguments) throws Exception {
		boolean outer = HandlerCall.begin();
		try {
			this.invocable.invoke(bean(), arguments);
		}
		catch (InvocationTargetException ex) {
			ReflectionUtils.rethrowException(ex.getTargetException());
		}
		finally {
			HandlerCall.end(outer);
		}
	}

	/** Says why the method cannot work. */
	EventsConfigurationException refuse(String annotation, String problem, String action) {
		return refuse(annotation, problem, action, null);
	}

	EventsConfigurationException refuse(String annotation, String problem, String action, @Nullable Throwable cause) {
		return new EventsConfigurationException(
				"The @" + annotation + " method " + ClassUtils.getQualifiedMethodName(this.method) + " of bean '"
						+ this.beanName + "' cannot work: " + problem,
				action, cause);
	}

	/**
	 * Of a bean that is there when the application starts, this is known at the start; of
	 * a lazy one, it is not known before whether it is proxied. A private or final method
	 * would be called on the proxy itself, which has none of the fields.
	 */
	private void checkReachable(Object bean) {
		int modifiers = this.invocable.getModifiers();
		boolean passedOn = !Modifier.isPrivate(modifiers) && !Modifier.isFinal(modifiers)
				&& this.invocable.getDeclaringClass().isInstance(bean);
		if (AopUtils.isAopProxy(bean) && !passedOn && !Modifier.isStatic(modifiers)) {
			throw new EventsConfigurationException(
					"The method " + ClassUtils.getQualifiedMethodName(this.method) + " of bean '" + this.beanName
							+ "' cannot be called: the bean is proxied, and its proxy does not pass the method on",
					"Make it neither private nor final, and declare it in the interface where the proxy has only that.");
		}
	}

	private Object bean() {
		Object known = this.bean;
		if (known == null) {
			known = this.beans.getBean(this.beanName);
			checkReachable(known);
			if (this.singleton) {
				this.bean = known;
			}
		}
		return known;
	}

}
