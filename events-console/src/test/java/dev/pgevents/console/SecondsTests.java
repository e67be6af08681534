package dev.pgevents.console;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class SecondsTests {

	private final Seconds seconds = new Seconds(1000);

	@Test
	void tellsTheSecondsThatAreOver() {
		this.seconds.add(1000, Duration.ofMillis(3));
		this.seconds.add(1000, Duration.ofMillis(3));
		this.seconds.add(1002, Duration.ofMillis(1));
		assertThat(this.seconds.after(0, 1002)).extracting(Seconds.Second::at, Seconds.Second::count)
			.containsExactly(tuple(1000L, 2), tuple(1001L, 0));
		assertThat(this.seconds.after(1001, 1003)).singleElement().satisfies((second) -> {
			assertThat(second.at()).isEqualTo(1002);
			assertThat(second.p50()).isBetween(0.9, 1.1);
		});
	}

	@Test
	void secondWithoutEventsHasNoLatency() {
		assertThat(this.seconds.after(0, 1001)).singleElement().satisfies((second) -> {
			assertThat(second.p50()).isNull();
			assertThat(second.p99()).isNull();
		});
	}

	@Test
	void keepsTenMinutesHoweverLongItWasIdle() {
		assertThat(this.seconds.after(0, 1_000_000_000)).hasSize(Seconds.KEPT);
		assertThat(this.seconds.after(999_999_998, 1_000_000_000)).hasSize(1);
	}

	@Test
	void clockThatIsSetBackChangesNothing() {
		this.seconds.add(1005, Duration.ZERO);
		this.seconds.add(900, Duration.ZERO);
		assertThat(this.seconds.after(1004, 1006)).singleElement().extracting(Seconds.Second::count).isEqualTo(2);
	}

}
