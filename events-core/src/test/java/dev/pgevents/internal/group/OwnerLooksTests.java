package dev.pgevents.internal.group;

import java.time.Duration;

import dev.pgevents.internal.util.ManualTicker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How soon an owner that is gone is seen, and how often the store is asked for that.
 */
class OwnerLooksTests {

	private static final Duration SOME = Duration.ofMillis(100);

	private final ManualTicker ticker = new ManualTicker();

	private final OwnerLooks looks = new OwnerLooks(this.ticker);

	@Test
	void afterAQuietTimeItIsAtOnce() {
		assertThat(this.looks.plan()).isEqualTo(Duration.ZERO);
		this.looks.begin();
		this.ticker.pass(OwnerLooks.PAUSE);
		assertThat(this.looks.plan()).isEqualTo(Duration.ZERO);
		this.looks.begin();
		this.ticker.pass(Duration.ofHours(1));
		assertThat(this.looks.plan()).isEqualTo(Duration.ZERO);
	}

	@Test
	void underTrafficItIsOnceInEachPauseAndNoLater() {
		this.looks.plan();
		this.looks.begin();
		this.ticker.pass(SOME);
		assertThat(this.looks.plan()).isEqualTo(OwnerLooks.PAUSE.minus(SOME));
		assertThat(this.looks.plan()).as("one is planned").isNull();
		this.ticker.pass(OwnerLooks.PAUSE.minus(SOME));
		assertThat(this.looks.plan()).as("it has not begun").isNull();
		this.looks.begin();
		assertThat(this.looks.plan()).isEqualTo(OwnerLooks.PAUSE);
	}

}
