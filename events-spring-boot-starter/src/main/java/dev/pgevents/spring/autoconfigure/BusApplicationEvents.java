package dev.pgevents.spring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Delivery;
import dev.pgevents.SlowHandlerListener;
import dev.pgevents.Subscription;
import dev.pgevents.postgres.ConnectionListener;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.spring.ConnectionStateChanged;
import dev.pgevents.spring.SlowHandlerDetected;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Publishes the changes of the bus as application events: in order, never on the bus's
 * threads, and not before the application's beans are there, since creating a listener
 * bean on a thread of the bus could wait for a bean that waits for the bus.
 */
class BusApplicationEvents implements ConnectionListener, SlowHandlerListener, SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(BusApplicationEvents.class);

	private final ApplicationEventPublisher publisher;

	private final Executor executor;

	private final CompletableFuture<Void> beansAreThere = new CompletableFuture<>();

	private final AtomicReference<CompletableFuture<Void>> last = new AtomicReference<>(this.beansAreThere);

	BusApplicationEvents(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
		SimpleAsyncTaskExecutor threads = new SimpleAsyncTaskExecutor("events-state-");
		threads.setDaemon(true); // a listener that blocks must not keep the JVM alive
		this.executor = threads;
	}

	@Override
	public void onStateChange(ConnectionState previous, ConnectionState current) {
		publish(new ConnectionStateChanged(previous, current));
	}

	@Override
	public void onSlowHandler(Subscription subscription, Delivery delivery, Duration runningFor) {
		publish(new SlowHandlerDetected(subscription.name(), delivery, runningFor));
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.beansAreThere.complete(null);
	}

	private void publish(Object event) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		CompletableFuture<Void> before = this.last.getAndSet(done);
		before.thenRunAsync(() -> {
			try {
				this.publisher.publishEvent(event);
			}
			catch (RuntimeException ex) {
				logFailure(event, ex);
			}
			finally {
				done.complete(null);
			}
		}, this.executor);
	}

	/** A context that is being closed takes nothing any more. */
	private void logFailure(Object event, RuntimeException failure) {
		if (this.publisher instanceof ConfigurableApplicationContext context && !context.isActive()) {
			logger.debug("{} was not taken by the application, which is being closed", event, failure);
		}
		else {
			logger.error("an application listener failed with {}", event, failure);
		}
	}

}
