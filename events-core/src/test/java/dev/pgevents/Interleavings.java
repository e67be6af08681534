package dev.pgevents;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

import org.jetbrains.lincheck.Lincheck;

/**
 * Runs a few threads again and again, each time in another order of their steps, chosen
 * by a model checker (Lincheck) and not by the machine's scheduler: what fails once in a
 * million runs elsewhere fails here in seconds, with the order printed that makes it
 * fail, and a thread that nobody wakes is found out at once. How many orders are tried
 * can be set by the system property {@code interleavings}.
 */
public final class Interleavings {

	private static final int INVOCATIONS = Integer.getInteger("interleavings", 40);

	private final Queue<Thread> started = new ConcurrentLinkedQueue<>();

	private final AtomicReference<Throwable> failure = new AtomicReference<>();

	private Interleavings() {
	}

	/**
	 * Explores a scenario.
	 * @param scenario starts threads and looks at what they have done; everything it
	 * works on is made anew in it
	 */
	public static void explore(Scenario scenario) {
		Lincheck.runConcurrentTest(INVOCATIONS, () -> {
			Interleavings threads = new Interleavings();
			try {
				scenario.run(threads);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	/**
	 * Starts a thread.
	 * @param action what it does; whatever it throws fails the scenario
	 */
	public void start(Action action) {
		Thread thread = new Thread(() -> {
			try {
				action.run();
			}
			catch (Throwable ex) {
				this.failure.compareAndSet(null, ex);
			}
		});
		this.started.add(thread);
		thread.start();
	}

	/**
	 * An executor with a thread for each task.
	 * @return starts threads
	 */
	public Executor executor() {
		return (task) -> start(task::run);
	}

	/**
	 * Waits for all threads, those among them that they have started.
	 * @throws InterruptedException never
	 */
	public void join() throws InterruptedException {
		for (Thread thread = this.started.poll(); thread != null; thread = this.started.poll()) {
			thread.join();
		}
		if (this.failure.get() != null) {
			throw new AssertionError(this.failure.get());
		}
	}

	/** Some threads and what must be true of them. */
	@FunctionalInterface
	public interface Scenario {

		/**
		 * Runs once.
		 * @param threads starts and joins threads
		 * @throws Exception fails the scenario
		 */
		void run(Interleavings threads) throws Exception;

	}

	/** What a thread does. */
	@FunctionalInterface
	public interface Action {

		/**
		 * Runs once.
		 * @throws Exception fails the scenario
		 */
		void run() throws Exception;

	}

}
