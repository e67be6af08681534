package dev.pgevents.spring.internal.listener;

import dev.pgevents.spring.DomainEventListenerContainer;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Publishes to the listeners of one context alone. A context passes what is published in
 * it on to its parent, which has it already where it has a bridge of its own.
 *
 * @since 0.1
 */
public final class ContextEvents implements ApplicationEventPublisher {

	private final ApplicationContext context;

	private ContextEvents(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * Where a bridge of a context publishes.
	 * @param context the context
	 * @param transactions whether a transaction is opened around each event
	 * @return the context, or its own listeners alone where its parent has a bridge
	 */
	public static ApplicationEventPublisher of(AbstractApplicationContext context, boolean transactions) {
		ApplicationContext parent = context.getParent();
		boolean parentHasBridge = parent != null && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(parent,
				DomainEventListenerContainer.class, true, false).length > 0;
		if (!transactions && UntransactedListeners.areKept(context)) {
			return new UntransactedListeners(context, !parentHasBridge);
		}
		return parentHasBridge ? new ContextEvents(context) : context;
	}

	@Override
	public void publishEvent(Object event) {
		this.context
			.getBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
					ApplicationEventMulticaster.class)
			.multicastEvent(new PayloadApplicationEvent<>(this.context, event));
	}

}
