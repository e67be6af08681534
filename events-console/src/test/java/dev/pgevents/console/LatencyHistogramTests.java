package dev.pgevents.console;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LatencyHistogramTests {

	private final LatencyHistogram histogram = new LatencyHistogram();

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 31, 32, 33, 63, 64, 999, 12_345, 987_654, 59_999_999 })
	void knowsEachLatencyWithinASixteenth(long micros) {
		this.histogram.add(Duration.ofNanos(micros * 1000));
		assertThat(this.histogram.percentile(0.5) * 1000).isCloseTo(micros, within(micros / 16d));
	}

	@Test
	void tellsPercentilesApart() {
		for (int millis = 1; millis <= 100; millis++) {
			this.histogram.add(Duration.ofMillis(millis));
		}
		assertThat(this.histogram.percentile(0.5)).isCloseTo(50, within(4d));
		assertThat(this.histogram.percentile(0.99)).isCloseTo(99, within(7d));
		assertThat(this.histogram.total()).isEqualTo(100);
	}

	@Test
	void takesAnyLatency() {
		this.histogram.add(Duration.ofSeconds(-5));
		assertThat(this.histogram.percentile(1)).isZero();
		this.histogram.add(Duration.ofDays(1));
		assertThat(this.histogram.percentile(1)).isGreaterThan(3_600_000);
		this.histogram.clear();
		assertThat(this.histogram.percentile(0.5)).isZero();
	}

}
