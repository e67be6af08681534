package dev.pgevents.postgres.internal.listen;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Backoff;
import dev.pgevents.PublishException;
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.internal.diagnosis.Deafness.Proof;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ProofOfDeliveryTests {

	private final Sent sent = new Sent();

	private final AtomicInteger wakeUps = new AtomicInteger();

	private final ProofOfDelivery proof = new ProofOfDelivery(this.sent,
			new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(30)), Ticker.SYSTEM,
			this.wakeUps::incrementAndGet);

	@Test
	void provesOnceWhateverElseArrivesOnItsChannel() {
		this.proof.send();
		assertThat(this.proof.arrived("somebody else's")).isFalse();
		assertThat(this.proof.isProven()).isFalse();
		assertThat(this.proof.arrived(this.sent.texts.get(0))).isTrue();
		assertThat(this.proof.isProven()).isTrue();
		assertThat(this.proof.arrived(this.sent.texts.get(0))).isFalse();
	}

	@Test
	void comesLateAndProvesAllTheSame() {
		this.proof.send();
		this.proof.missed();
		assertThat(this.proof.wasOverdue()).isTrue();
		this.proof.statementExecuted(false);
		assertThat(this.sent.texts).hasSize(2);
		assertThat(this.proof.arrived(this.sent.texts.get(0))).isTrue();
	}

	@Test
	void isTakenAgainWithoutTheDoubtsOfTheOneBefore() {
		this.proof.send();
		this.proof.missed();
		assertThat(this.proof.arrived(this.sent.texts.get(1))).isTrue();
		assertThat(this.proof.isAwaited()).isFalse();
		assertThat(this.proof.isOlderThan(Duration.ZERO)).isTrue();
		this.proof.renew();
		assertThat(this.proof.isAwaited()).isTrue();
		assertThat(this.proof.isOlderThan(Duration.ZERO)).as("one is under way").isFalse();
		assertThat(this.proof.wasOverdue()).isFalse();
		assertThat(this.proof.arrived(this.sent.texts.get(1))).as("the one before").isFalse();
		assertThat(this.proof.arrived(this.sent.texts.get(2))).isTrue();
		assertThat(this.proof.isAwaited()).isFalse();
	}

	/** It may have been passed on because of the statement, and nothing after it is. */
	@Test
	void behindAPoolerWhatWasSentBeforeTheEndOfAStatementProvesNothing() {
		this.proof.send();
		this.proof.statementExecuted(true);
		assertThat(this.proof.arrived(this.sent.texts.get(0))).isFalse();
		assertThat(this.proof.arrived(this.sent.texts.get(1))).isTrue();
		this.proof.statementExecuted(true);
		assertThat(this.sent.texts).hasSize(2);
	}

	@Test
	void tellsWhyTheLastOneCouldNotBeSent() {
		this.proof.send();
		assertThat(this.proof.failure()).isNull();
		this.sent.last.completeExceptionally(new PublishException("because"));
		assertThat(this.proof.failure()).isEqualTo("because");
		this.proof.missed();
		this.sent.last.complete(null);
		assertThat(this.proof.failure()).isNull();
	}

	@Test
	void knowsHowFarTheLastOneGot() {
		this.proof.send();
		assertThat(this.proof.progress()).isEqualTo(Proof.WAITING);
		this.sent.last.complete(null);
		assertThat(this.proof.progress()).isEqualTo(Proof.SENT);
		this.proof.missed();
		assertThat(this.proof.progress()).isEqualTo(Proof.WAITING);
		this.sent.last.completeExceptionally(new PublishException("because"));
		assertThat(this.proof.progress()).isEqualTo(Proof.NOT_SENT);
	}

	@Test
	void restsUntilItIsSentAgainAndNothingSentBeforeCounts() {
		this.proof.send();
		assertThat(this.proof.missedAndRests()).isTrue();
		assertThat(this.proof.isResting()).isTrue();
		this.proof.statementExecuted(true);
		assertThat(this.sent.texts).hasSize(1);
		assertThat(this.proof.arrived(this.sent.texts.get(0))).isFalse();
		this.proof.send();
		assertThat(this.proof.isResting()).isFalse();
		assertThat(this.proof.arrived(this.sent.texts.get(1))).isTrue();
	}

	@Test
	void isSentAgainSoonWhereItCouldNotBeSentAndThatAloneIsNoReasonForDoubt() {
		this.proof.send();
		this.sent.last.completeExceptionally(new PublishException("because"));
		assertThat(this.wakeUps).hasValue(1);
		assertThat(this.proof.nanosLeft()).isLessThanOrEqualTo(Duration.ofMillis(100).toNanos());
		assertThat(this.proof.missed()).isFalse();
		assertThat(this.sent.texts).hasSize(2);
		assertThat(this.proof.missed()).as("nothing comes back").isTrue();
	}

	private static final class Sent implements ProofSender {

		private final List<String> texts = new ArrayList<>();

		private CompletableFuture<Void> last = new CompletableFuture<>();

		@Override
		public CompletableFuture<Void> send(String channel, String text) {
			this.texts.add(text);
			this.last = new CompletableFuture<>();
			return this.last;
		}

		@Override
		public int serverProcess() {
			return 1;
		}

	}

}
