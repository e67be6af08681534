package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.transaction.event.TransactionalApplicationListener;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.util.ReflectionUtils;

/**
 * Publishes, without a transaction, to all listeners of a context but those that hear in
 * transactions only. Spring Modulith would keep a publication for each of these, which is
 * never completed, since the listener is not called, and is submitted again later.
 */
final class UntransactedListeners implements ApplicationEventPublisher {

	private static final String MODULITH = "org.springframework.modulith.";

	private final AbstractApplicationContext context;

	private final boolean toParent;

	private volatile @Nullable Listeners listeners;

	/**
	 * Publishes to a context.
	 * @param context the context, whose listeners are looked for at the first event
	 * @param toParent whether the listeners of its parent hear of events, too
	 */
	UntransactedListeners(AbstractApplicationContext context, boolean toParent) {
		this.context = context;
		this.toParent = toParent;
	}

	/** Whether a context keeps publications for its transactional listeners. */
	static boolean areKept(ApplicationContext context) {
		Object multicaster = context.getBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME);
		return AopUtils.getTargetClass(multicaster).getName().startsWith(MODULITH);
	}

	@Override
	public void publishEvent(Object event) {
		PayloadApplicationEvent<Object> applicationEvent = new PayloadApplicationEvent<>(this.context, event);
		listeners().multicastEvent(applicationEvent);
		ApplicationContext parent = this.context.getParent();
		if (parent != null && this.toParent) {
			parent.publishEvent(applicationEvent);
		}
	}

	private Listeners listeners() {
		Listeners found = this.listeners;
		if (found == null) {
			found = new Listeners(this.context);
			this.listeners = found;
		}
		return found;
	}

	private static final class Listeners extends SimpleApplicationEventMulticaster {

		private static final @Nullable Method TARGET_METHOD = ReflectionUtils
			.findMethod(ApplicationListenerMethodAdapter.class, "getTargetMethod");

		Listeners(AbstractApplicationContext context) {
			super(context.getBeanFactory());
			context.getApplicationListeners().forEach(this::addApplicationListener);
			for (String name : context.getBeanNamesForType(ApplicationListener.class, true, false)) {
				addApplicationListenerBean(name);
			}
		}

		@Override
		protected boolean supportsEvent(ApplicationListener<?> listener, ResolvableType eventType,
				@Nullable Class<?> sourceType) {
			return hearsWithoutTransaction(listener) && super.supportsEvent(listener, eventType, sourceType);
		}

		private static boolean hearsWithoutTransaction(ApplicationListener<?> listener) {
			if (!(listener instanceof TransactionalApplicationListener)) {
				return true;
			}
			Method method = (listener instanceof ApplicationListenerMethodAdapter) ? targetMethod(listener) : null;
			TransactionalEventListener annotation = (method != null)
					? AnnotatedElementUtils.findMergedAnnotation(method, TransactionalEventListener.class) : null;
			return annotation != null && annotation.fallbackExecution();
		}

		private static @Nullable Method targetMethod(ApplicationListener<?> listener) {
			Method accessor = TARGET_METHOD;
			if (accessor == null) {
				return null;
			}
			ReflectionUtils.makeAccessible(accessor);
			return (Method) ReflectionUtils.invokeMethod(accessor, listener);
		}

	}

}
