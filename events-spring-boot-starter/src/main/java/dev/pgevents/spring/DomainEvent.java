package dev.pgevents.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which event type a payload class stands for, so that neither the publisher nor the
 * handler has to name it: {@link DomainEventPublisher#publish(Object)} takes instances of
 * the class, and a handler method with a parameter of the class receives that type of
 * events. The component that holds the app id carries {@link AppId}.
 *
 * @since 0.1
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface DomainEvent {

	/**
	 * The event type.
	 * @return lower-case words joined by dots, such as {@code epoch.closed}
	 */
	String value();

	/**
	 * Whether instances that are published as application events, with
	 * {@code ApplicationEventPublisher}, leave through the bus, as if they had been given
	 * to {@link DomainEventPublisher}: in the transaction that they are published in.
	 * What is received of the class is no application event then, since it would leave
	 * again; handle it with {@link OnDomainEvent}.
	 * @return whether they do
	 */
	boolean externalize() default false;

	/**
	 * Whether instances that are published are recorded in the event log, whatever
	 * {@code events.log.types} says; nothing is without {@code events.log.enabled}. It is
	 * the publisher's class that counts.
	 * @return whether they are
	 */
	Durability durable() default Durability.AS_CONFIGURED;

}
