package dev.pgevents.spring.test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.internal.listener.BusLifecycle;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Lets the contexts that no test class uses hear nothing: Spring keeps them, and their
 * handlers would handle the events of other tests on the same database. What Spring
 * Framework 7 does itself when it pauses contexts is left to it. Thread-safe.
 */
final class CachedContexts {

	static final CachedContexts SHARED = new CachedContexts();

	private final ReentrantLock lock = new ReentrantLock();

	/** How many test classes use a context; none that has been closed. */
	private final Map<ConfigurableApplicationContext, Use> uses = new HashMap<>();

	/**
	 * A test class begins to use a context: it hears again, and those that are not in use
	 * do not.
	 */
	void use(ApplicationContext used) {
		this.lock.lock();
		try {
			this.uses.keySet().removeIf((each) -> !each.isActive());
			for (ApplicationContext each = used; each != null; each = each.getParent()) {
				if (each instanceof ConfigurableApplicationContext context) {
					this.uses.computeIfAbsent(context, (key) -> new Use()).count++;
				}
			}
			this.uses.forEach((context, use) -> use.settle(context));
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A test class has ended; another may use the context next. */
	void release(ApplicationContext released) {
		this.lock.lock();
		try {
			for (ApplicationContext each = released; each != null; each = each.getParent()) {
				Use use = (each instanceof ConfigurableApplicationContext context) ? this.uses.get(context) : null;
				if (use != null) {
					use.count--;
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Of one context. */
	private static final class Use {

		private int count;

		/** What was running, and is stopped while the context is not in use. */
		private final List<SmartLifecycle> stopped = new ArrayList<>();

		private void settle(ConfigurableApplicationContext context) {
			if (this.count <= 0) {
				stop(context, DomainEventListenerContainer.class);
				stop(context, BusLifecycle.class);
			}
			else {
				for (int i = this.stopped.size() - 1; i >= 0; i--) {
					this.stopped.get(i).start();
				}
				this.stopped.clear();
			}
		}

		private void stop(ConfigurableApplicationContext context, Class<? extends SmartLifecycle> type) {
			for (SmartLifecycle each : context.getBeansOfType(type, false, false).values()) {
				if (each.isRunning()) {
					each.stop();
					this.stopped.add(each);
				}
			}
		}

	}

}
