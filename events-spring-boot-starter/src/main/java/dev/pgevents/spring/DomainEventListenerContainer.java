package dev.pgevents.spring;

import java.util.Collection;
import java.util.Set;

import dev.pgevents.Subscription;

import org.springframework.context.SmartLifecycle;

/**
 * Subscribes the application's {@link OnDomainEvent} methods, runs its
 * {@link SyncOnDomainEvent} methods and carries received events to application listeners.
 * Starts after all other lifecycle beans and stops before them, so that nothing is
 * received for which a bean is missing; may be started again. While it has subscriptions,
 * a non-daemon thread keeps the JVM alive. Thread-safe.
 *
 * <p>
 * When {@link #start()} returns, the methods are subscribed, and what is published from
 * then on arrives; unless the database does not answer within a few seconds: then it goes
 * on in the background, and says so in the log. {@link #stop()} waits for the events in
 * hand, as long as {@code events.listener.shutdown-timeout} says, and names in the log
 * what takes longer; it does not wait when called from a handler.
 *
 * @since 0.1
 */
public interface DomainEventListenerContainer extends SmartLifecycle {

	/**
	 * Returns the ids of all methods, running or not.
	 * @return an unmodifiable copy
	 */
	Set<String> ids();

	/**
	 * Returns the subscriptions that are running now, with their statistics.
	 * @return an unmodifiable copy
	 */
	Collection<Subscription> subscriptions();

	/**
	 * Starts one method, whatever its {@code autoStartup} says; does nothing if it runs.
	 * @param id its id
	 * @throws IllegalArgumentException if there is no such method
	 */
	void start(String id);

	/**
	 * Stops one method, and waits for the event in hand as {@link #stop()} does; does
	 * nothing if it is not running.
	 * @param id its id
	 * @throws IllegalArgumentException if there is no such method
	 */
	void stop(String id);

	/**
	 * Lets a handler method rest: it is not called any more, once the event in hand is
	 * done, while its events and gaps wait in its buffer as long as that has room. Until
	 * {@link #resume}, or until it is stopped.
	 * @param id its id
	 * @throws IllegalArgumentException if there is no such method, or it has no buffer: a
	 * synchronizing one can be stopped
	 * @throws IllegalStateException if it is not running
	 */
	void pause(String id);

	/**
	 * Gives a handler method what has waited, and goes on; does nothing if it is not
	 * paused.
	 * @param id its id
	 * @throws IllegalArgumentException as of {@link #pause}
	 * @throws IllegalStateException if it is not running
	 */
	void resume(String id);

	/**
	 * Returns whether a method is paused.
	 * @param id its id
	 * @return whether it is running and paused
	 * @throws IllegalArgumentException if there is no such method
	 */
	boolean isPaused(String id);

	/**
	 * Runs a synchronizing method as soon as it is not running, as after a gap; does not
	 * wait for it.
	 * @param id its id
	 * @throws IllegalArgumentException if there is no such method, or it is a handler
	 * method
	 * @throws IllegalStateException if it is not running
	 */
	void resync(String id);

	/**
	 * Returns whether a method is running.
	 * @param id its id
	 * @return whether it is
	 * @throws IllegalArgumentException if there is no such method
	 */
	boolean isRunning(String id);

}
