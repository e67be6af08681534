package dev.pgevents.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.pgevents.OverflowPolicy;
import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.AliasFor;

/**
 * Calls the method for events that another service, or this one, has published. Each
 * annotation is a subscription of its own, with its own buffer and threads.
 *
 * <p>
 * Parameters, in any order: {@link dev.pgevents.Event}, the payload (any other type,
 * converted), {@link AppId} {@code String}, {@link dev.pgevents.EventType},
 * {@link java.time.Instant} (the event's timestamp), {@link Header} {@code String}, and
 * those of spring-messaging. Without {@link #types()} the types are those of the
 * payload's {@link DomainEvent}, or of its subtypes'; all if the payload can be anything
 * or an {@code Event} is taken. {@link OnGap} methods of the same bean are called where
 * events may be missing. {@code ${…}} is resolved in every attribute. A signature that
 * cannot work fails the start.
 *
 * @since 0.1
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(OnDomainEvents.class)
@EventListener(defaultExecution = false)
@Reflective(PayloadHints.class)
public @interface OnDomainEvent {

	/**
	 * The same as {@link #types()}.
	 * @return event types
	 */
	@AliasFor("types")
	String[] value() default {};

	/**
	 * Which event types; one may end in {@code .*}, as in {@code epoch.*}, and {@code *}
	 * is every type.
	 * @return event types; by default those that the payload stands for
	 */
	@AliasFor("value")
	String[] types() default {};

	/**
	 * Which apps; events without app id match none.
	 * @return app ids; all apps by default
	 */
	String[] apps() default {};

	/**
	 * Which of the events: an expression in SpEL, as {@code @EventListener} has it.
	 * {@code #event} is the {@link dev.pgevents.Event}, {@code #payload} the payload as
	 * the method takes it, else as maps and lists; parameters have their names, and
	 * {@code @bean} is a bean: {@code #payload.amount > 100}. An event for which it is
	 * not true is filtered: the method is not called, and that is all. One for which it
	 * fails has failed. A condition that cannot work for any event fails the start: one
	 * that does not compile, names what there is not, compares what is never equal, or is
	 * neither true nor false.
	 * @return the condition; by default none
	 */
	String condition() default "";

	/**
	 * The subscription's name, for logs, metrics and the listener container.
	 * @return the name; by default bean and method
	 */
	@AliasFor(annotation = EventListener.class) // by its name anyway; Spring 6.2 warns
	String id() default "";

	/**
	 * How many events may be handled at a time; those of one app stay in order.
	 * @return a number; by default {@code events.listener.concurrency}
	 */
	String concurrency() default "";

	/**
	 * How many events may wait for the method.
	 * @return a number; by default {@code events.listener.buffer-size}
	 */
	String bufferSize() default "";

	/**
	 * What happens to an event for which there is no room.
	 * @return at most one policy; by default {@code events.listener.overflow}
	 */
	OverflowPolicy[] overflow() default {};

	/**
	 * The group that the method belongs to, which needs {@code events.log.enabled}: each
	 * event is handled once by the services that share the group, in order for each app,
	 * later where none of them was running; if the method fails it is called again. Where
	 * the method is {@code @Transactional}, the group's position commits with its
	 * transaction: its effects happen exactly once.
	 * @return the group's name; by default none, so that every instance gets every event
	 */
	String group() default "";

	/**
	 * Where the group begins if it is new: {@code latest}, {@code earliest}, or a time
	 * such as {@code 2026-01-19T10:00:00Z}. A group that exists goes on where it was.
	 * @return the start; {@code latest} by default
	 */
	String from() default "";

	/**
	 * Whether the listener container subscribes the method when it starts; otherwise
	 * {@link DomainEventListenerContainer#start(String)} does.
	 * @return true or false; true by default
	 */
	String autoStartup() default "";

	/**
	 * Whether events that this application's own bus has published are left out: those of
	 * other instances of the service are not. Not with a {@link #group()}.
	 * @return true to leave them out; false by default
	 */
	boolean ignoreOwn() default false;

	/**
	 * What is called when the method fails.
	 * @return the name of an {@link dev.pgevents.EventErrorHandler} bean; by default the
	 * only bean of that type, else the log
	 */
	String errorHandler() default "";

}
