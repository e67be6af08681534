package dev.pgevents;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import dev.pgevents.internal.util.Require;

/**
 * How long to wait before trying again: exponentially longer after each failure, up to a
 * limit, with jitter so that many processes do not come back at the same moment.
 *
 * @param initialDelay the wait after the first failure
 * @param multiplier how much longer each next wait is
 * @param maxDelay the longest wait
 * @since 0.1
 */
public record Backoff(Duration initialDelay, double multiplier, Duration maxDelay) {

	private static final double JITTER = 0.2;

	/**
	 * Checks the parts.
	 * @throws IllegalArgumentException if a delay is not positive, the multiplier is less
	 * than 1, or the longest wait is shorter than the first
	 */
	public Backoff {
		Require.positive("initialDelay", initialDelay);
		if (!(multiplier >= 1)) {
			throw new IllegalArgumentException("multiplier is " + multiplier + ", it must be at least 1");
		}
		if (maxDelay.compareTo(initialDelay) < 0) {
			throw new IllegalArgumentException(
					"maxDelay is " + maxDelay + ", it must be at least the initialDelay of " + initialDelay);
		}
	}

	/**
	 * Returns the next wait.
	 * @param failures how many attempts have failed in a row, at least 1
	 * @return the wait, up to a fifth shorter than the nominal one
	 */
	public Duration delay(int failures) {
		return delay(failures, ThreadLocalRandom.current().nextDouble());
	}

	Duration delay(int failures, double random) {
		double nominal = (double) TimeUnit.NANOSECONDS.convert(this.initialDelay)
				* Math.pow(this.multiplier, Math.max(0, failures - 1));
		double bounded = Math.min(nominal, (double) TimeUnit.NANOSECONDS.convert(this.maxDelay));
		return Duration.ofNanos(Math.max(1, (long) (bounded * (1 - JITTER * random))));
	}

}
