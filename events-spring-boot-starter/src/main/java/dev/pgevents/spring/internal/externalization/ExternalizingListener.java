package dev.pgevents.spring.internal.externalization;

import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.internal.payload.PayloadClass;
import org.springframework.beans.factory.ObjectProvider;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.ResolvableType;

/**
 * Publishes application events whose class says that they leave, where and when they are
 * published: in the transaction that they are published in. Nothing of such a class comes
 * in from the bus as an application event, so that none goes in circles.
 *
 * @since 0.1
 */
public final class ExternalizingListener implements GenericApplicationListener {

	private final ObjectProvider<DomainEventPublisher> publisher;

	/**
	 * A listener that publishes.
	 * @param publisher where events go; asked for when the first one does, since
	 * listeners are created early
	 */
	public ExternalizingListener(ObjectProvider<DomainEventPublisher> publisher) {
		this.publisher = publisher;
	}

	@Override
	public boolean supportsEventType(ResolvableType eventType) {
		if (!PayloadApplicationEvent.class.isAssignableFrom(eventType.toClass())) {
			return false;
		}
		Class<?> payloadClass = eventType.as(PayloadApplicationEvent.class).getGeneric().resolve();
		return payloadClass != null && PayloadClass.isExternalized(payloadClass);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		this.publisher.getObject().publish(((PayloadApplicationEvent<?>) event).getPayload());
	}

}
