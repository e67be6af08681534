package dev.pgevents.internal.dispatch;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a handler counts as quick.
 */
class PaceTests {

	private final Pace pace = new Pace();

	@Test
	void isQuickOnceAThousandCallsWere() {
		quickCalls(Pace.QUICK_CALLS - 1);
		assertThat(this.pace.isQuick()).isFalse();
		quickCalls(1);
		assertThat(this.pace.isQuick()).isTrue();
	}

	@Test
	void isNotQuickAnyMoreAfterACallThatIsNotTolerated() {
		quickCalls(10 * Pace.STOCK * Pace.QUICK_CALLS);
		this.pace.took(Pace.TOLERATED_NANOS + 1);
		assertThat(this.pace.isQuick()).isFalse();
		quickCalls(Pace.QUICK_CALLS - 1);
		assertThat(this.pace.isQuick()).isFalse();
	}

	@Test
	void isNotQuickAnyMoreAfterSlowCallsThatTakeAsLongTogetherAsOneThatDoesNotComeBack() {
		quickCalls(10 * Pace.STOCK * Pace.QUICK_CALLS);
		long taken = 0;
		while (this.pace.isQuick()) {
			this.pace.took(Pace.TOLERATED_NANOS);
			taken += Pace.TOLERATED_NANOS;
		}
		assertThat(taken).isEqualTo(TimeUnit.MILLISECONDS.toNanos(LeaderFollowers.TAKEOVER_MILLIS));
	}

	@Test
	void staysQuickWhereOneCallInAThousandIsSlow() {
		quickCalls(2 * Pace.QUICK_CALLS);
		for (int i = 0; i < 10; i++) {
			this.pace.took(Pace.TOLERATED_NANOS);
			assertThat(this.pace.isQuick()).isTrue();
			quickCalls(Pace.QUICK_CALLS);
		}
		this.pace.took(Pace.TOLERATED_NANOS);
		this.pace.took(Pace.TOLERATED_NANOS);
		assertThat(this.pace.isQuick()).isFalse();
	}

	@Test
	void beginsToCountAnewAfterASlowCall() {
		quickCalls(Pace.QUICK_CALLS - 1);
		this.pace.took(Pace.QUICK_NANOS + 1);
		quickCalls(Pace.QUICK_CALLS - 1);
		assertThat(this.pace.isQuick()).isFalse();
	}

	@Test
	void expectsWhatCallsHaveTakenLately() {
		assertThat(this.pace.expectedNanos()).isEqualTo(Long.MAX_VALUE);
		quickCalls(2 * Pace.QUICK_CALLS);
		assertThat(this.pace.expectedNanos()).isBetween(Pace.QUICK_NANOS / 2, Pace.QUICK_NANOS);
		for (int i = 0; i < 100; i++) {
			this.pace.took(1000);
		}
		assertThat(this.pace.expectedNanos()).isBetween(500L, 2000L);
		this.pace.took(Pace.TOLERATED_NANOS + 1);
		assertThat(this.pace.expectedNanos()).isEqualTo(Long.MAX_VALUE);
	}

	private void quickCalls(int count) {
		for (int i = 0; i < count; i++) {
			this.pace.took(Pace.QUICK_NANOS);
		}
	}

}
