package dev.pgevents.benchmarks;

import java.util.Collection;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the micro benchmarks with JMH and its gc profiler. Options: {@code include} (a
 * pattern), {@code forks}, {@code iterations}, {@code millis} of each, {@code verbosity}
 * of JMH, {@code out}.
 */
public final class Micro {

	private Micro() {
	}

	/**
	 * Runs them and prints a table.
	 * @param args options
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws RunnerException {
		Options options = Options.of(args);
		TimeValue time = TimeValue.milliseconds(options.number("millis", 1000));
		int iterations = options.number("iterations", 5);
		int forks = options.number("forks", 2);
		Collection<RunResult> runs = new Runner(
				new OptionsBuilder().include("dev.pgevents.benchmarks.micro." + options.text("include", ".*"))
					.forks(forks)
					.warmupIterations(iterations)
					.warmupTime(time)
					.measurementIterations(iterations)
					.measurementTime(time)
					.addProfiler(GCProfiler.class)
					.verbosity(VerboseMode.valueOf(options.text("verbosity", "NORMAL")))
					.shouldFailOnError(true)
					.build())
			.run();
		Table table = new Table("benchmark");
		for (RunResult run : runs) {
			String name = run.getParams().getBenchmark().replaceFirst(".*\\.micro\\.", "");
			String row = run.getParams()
				.getParamsKeys()
				.stream()
				.reduce(name, (text, key) -> text + ", " + key + " " + run.getParams().getParam(key));
			table.add(row, "ns an event", run.getPrimaryResult().getScore());
			table.add(row, "+-", run.getPrimaryResult().getScoreError());
			Result<?> allocated = run.getSecondaryResults().get("gc.alloc.rate.norm");
			table.add(row, "bytes an event", (allocated != null) ? allocated.getScore() : Double.NaN);
		}
		new Results(options).text("micro.md", table.markdown());
	}

}
