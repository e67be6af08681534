package dev.pgevents.benchmarks;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import dev.pgevents.benchmarks.soak.SoakRun;

/**
 * Lets services talk while network and server fail at random, and checks in the end that
 * no subscription has missed anything in silence. Exits with 1 if one has. Options:
 * {@code seconds} (60), {@code seed} (random; the faults and pauses of a run follow from
 * it, what they hit does not), {@code restarts} (whether the server is restarted and
 * killed too, true).
 */
public final class Soak {

	private Soak() {
	}

	/**
	 * Runs it and prints a summary.
	 * @param args options
	 * @throws Exception if it cannot be run
	 */
	public static void main(String[] args) throws Exception {
		System.exit(run(Options.of(args)) ? 0 : 1);
	}

	/**
	 * Runs it and prints a summary.
	 * @param options options
	 * @return whether the promise was kept
	 * @throws Exception if it cannot be run
	 */
	static boolean run(Options options) throws Exception {
		long seed = Long
			.parseLong(options.text("seed", String.valueOf(ThreadLocalRandom.current().nextInt(1_000_000))));
		Duration length = Duration.ofSeconds(options.number("seconds", 60));
		boolean restarts = Boolean.parseBoolean(options.text("restarts", "true"));
		System.out.println("soak: " + length.toSeconds() + " s of faults, seed=" + seed);
		try (SoakRun run = new SoakRun(seed, restarts)) {
			run.begin();
			run.fail(length);
			String problems = run.settle();
			System.out.print(run.summary());
			System.out.println(problems.isEmpty() ? "soak: nothing was missed in silence, seed=" + seed
					: "soak: BROKEN, seed=" + seed + "\n" + problems);
			return problems.isEmpty();
		}
	}

}
