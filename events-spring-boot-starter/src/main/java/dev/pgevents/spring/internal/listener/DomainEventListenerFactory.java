package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventsConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
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

	private static final Logger logger = LoggerFactory.getLogger(DomainEventListenerFactory.class);

	/** The name of the bean. */
	public static final String BEAN_NAME = "domainEventListenerFactory";

	/** Before Spring's transactional factory, at 50, and its default one, at the end. */
	private static final int ORDER = 40;

	private static final ApplicationListener<ApplicationEvent> NEVER_CALLED = new NeverCalled();

	private final ListableBeanFactory beans;

	private final AtomicBoolean said = new AtomicBoolean();

	/**
	 * Hands methods to the container of a context.
	 * @param beans where the container is, if there is one
	 */
	public DomainEventListenerFactory(ListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public boolean supportsMethod(Method method) {
		return HandlerMethodCheck.isAnnotated(method);
	}

	@Override
	public ApplicationListener<?> createApplicationListener(String beanName, Class<?> type, Method method) {
		String[] containers = this.beans.getBeanNamesForType(DomainEventListenerContainer.class, true, false);
		if (containers.length > 0) {
			add(this.beans.getBean(containers[0], DomainEventListenerContainer.class), beanName, type, method);
		}
		else if (BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, DomainEventListenerContainer.class,
				true, false).length > 0) {
			throw new EventsConfigurationException(
					"The methods of bean '" + beanName + "' would receive no events: its application context has no "
							+ "listener container of its own, only its parent context has",
					"Let the configuration of the child context have @EnableAutoConfiguration, or move the bean to "
							+ "the parent.");
		}
		return NEVER_CALLED;
	}

	private void add(DomainEventListenerContainer container, String beanName, Class<?> type, Method method) {
		if (container instanceof EndpointContainer endpoints) {
			endpoints.add(beanName, type, method);
		}
		else if (this.said.compareAndSet(false, true)) {
			logger.info("annotated methods receive no events: the listener container was replaced by a {}",
					container.getClass().getName());
		}
	}

	/** Spring wants a listener, and these methods are none. */
	static final class NeverCalled implements GenericApplicationListener {

		@Override
		public boolean supportsEventType(ResolvableType eventType) {
			return false;
		}

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
		}

	}

}
