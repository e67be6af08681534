package dev.pgevents.spring.internal.listener;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.EventBus;
import dev.pgevents.Suspendable;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Connects the bus when the application starts, before anything that receives, and lets
 * go of its connections when it is stopped, after everything that publishes; also while
 * all listener containers are stopped. Thread-safe.
 *
 * @since 0.1
 */
public final class BusLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

	private final @Nullable Suspendable bus;

	private final ApplicationContext context;

	private final ReentrantLock lock = new ReentrantLock();

	/** Those of child contexts, too, which end before. */
	private final Set<Container> containers = Collections.newSetFromMap(new WeakHashMap<>());

	private volatile boolean running;

	/** Whether the bus is about to be closed, and sends until then. */
	private volatile boolean closing;

	/**
	 * A lifecycle of a bus.
	 * @param bus the bus; nothing is done to one without connections
	 * @param context the bus's context
	 */
	public BusLifecycle(EventBus bus, ApplicationContext context) {
		this.bus = bus.capability(Suspendable.class).orElse(null);
		this.context = context;
	}

	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void start() {
		this.running = true;
		change(true);
	}

	@Override
	public void stop() {
		this.running = false;
		change(false);
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.closing = true;
		}
	}

	/** A container has begun to receive, or ended. */
	void settle(Container container) {
		this.lock.lock();
		try {
			this.containers.add(container);
			change(this.containers.stream().anyMatch(Container::receives));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void change(boolean connected) {
		this.lock.lock();
		try {
			if (this.bus != null && connected) {
				this.bus.resume();
			}
			else if (this.bus != null && !this.closing) {
				this.bus.suspend();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A listener container. */
	interface Container {

		/** Whether anything of it receives, or is to. */
		boolean receives();

	}

}
