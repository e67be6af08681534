package dev.pgevents.spring.listener;

import java.lang.reflect.Method;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.EventListenerFactory;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/**
 * Takes the methods with this library's annotations from Spring's event listener
 * processor and hands them to the listener container. Where there is none, in a test
 * slice or with {@code events.enabled=false}, they are taken all the same, since Spring
 * would refuse those with several parameters.
 *
 * @since 0.1
 */
public final class DomainEventListenerFactory implements EventListenerFactory, Ordered {

	/** The name of the bean. */
	public static final String BEAN_NAME = "domainEventListenerFactory";

	/** Before Spring's transactional factory, at 50, and its default one, at the end. */
	private static final int ORDER = 40;

	private static final ApplicationListener<ApplicationEvent> NEVER_CALLED = new NeverCalled();

	private final BeanFactory beans;

	/**
	 * Hands methods to the container of a context.
	 * @param beans where the container is, if there is one
	 */
	public DomainEventListenerFactory(BeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public boolean supportsMethod(Method method) {
		return HandlerMethodReader.isAnnotated(method);
	}

	@Override
	public ApplicationListener<?> createApplicationListener(String beanName, Class<?> type, Method method) {
		this.beans.getBeanProvider(EndpointContainer.class)
			.ifAvailable((container) -> container.add(beanName, type, method));
		return NEVER_CALLED;
	}

	/** Spring wants a listener, and these methods are none. */
	private static final class NeverCalled implements GenericApplicationListener {

		@Override
		public boolean supportsEventType(ResolvableType eventType) {
			return false;
		}

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
		}

	}

}
