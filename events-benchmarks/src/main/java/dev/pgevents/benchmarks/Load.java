package dev.pgevents.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/**
 * What some threads got done, each doing the same over and over for a while.
 *
 * @param perSecond how many calls a second, of all threads together
 * @param latency how long each took, in nanoseconds
 */
record Load(double perSecond, Histogram latency) {

	/** Runs threads; a call of {@code work} that fails ends the run. */
	static Load run(int threads, int millis, Work work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Callable<Histogram>> tasks = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				int thread = i;
				tasks.add(() -> repeat(thread, millis, work));
			}
			long start = System.nanoTime();
			Histogram all = new Histogram(3);
			for (Future<Histogram> each : executor.invokeAll(tasks)) {
				all.add(each.get());
			}
			return new Load(all.getTotalCount() * 1e9 / (System.nanoTime() - start), all);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static Histogram repeat(int thread, int millis, Work work) throws Exception {
		Histogram latency = new Histogram(3);
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		long before = System.nanoTime();
		while (before < end) {
			work.run(thread);
			long after = System.nanoTime();
			latency.recordValue(after - before);
			before = after;
		}
		return latency;
	}

	/** What a thread does. */
	@FunctionalInterface
	interface Work {

		void run(int thread) throws Exception;

	}

}
