package dev.pgevents.spring.internal.externalization;

import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.spring.internal.payload.PayloadClass;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.modulith.events.RoutingTarget;
import org.springframework.modulith.events.support.BrokerRouting;

/**
 * Publishes what Spring Modulith externalizes. Modulith calls it after the commit, keeps
 * what has not left, and completes it once the server has taken it.
 *
 * @since 0.1
 */
public final class ExternalizedEvents {

	private final Publisher publisher;

	private final StandardEvaluationContext keys = new StandardEvaluationContext();

	/**
	 * The way to a bus.
	 * @param publisher where events go
	 * @param beans what expressions for keys may refer to
	 */
	public ExternalizedEvents(Publisher publisher, BeanFactory beans) {
		this.publisher = publisher;
		this.keys.setBeanResolver(new BeanFactoryResolver(beans));
	}

	/**
	 * Publishes a payload as its class's {@link dev.pgevents.spring.DomainEvent} says,
	 * else as an event of the type that is the target's name, with its key as app id.
	 * @param payload what is externalized
	 * @param target where to
	 * @return completes once the server has taken it
	 */
	public CompletableFuture<?> publish(Object payload, RoutingTarget target) {
		return this.publisher.publishAsync(event(payload, target));
	}

	private Event event(Object payload, RoutingTarget target) {
		if (PayloadClass.isAnnotated(payload.getClass())) {
			PayloadClass payloadClass = PayloadClass.of(payload.getClass());
			String appId = payloadClass.appIdOf(payload);
			return Event.of(payloadClass.type(), (appId != null) ? appId : key(payload, target), payload);
		}
		return Event.of(type(payload, target), key(payload, target), payload);
	}

	/** The key may be an expression. */
	private @Nullable String key(Object payload, RoutingTarget target) {
		String key = BrokerRouting.of(target, this.keys).getKey(payload);
		return (key == null || key.isEmpty()) ? null : key;
	}

	private static EventType type(Object payload, RoutingTarget target) {
		try {
			return EventType.of(target.getTarget());
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("the target of " + payload.getClass().getName()
					+ " is no event type: give its class a @DomainEvent, or @Externalized the type as its target: "
					+ ex.getMessage(), ex);
		}
	}

}
