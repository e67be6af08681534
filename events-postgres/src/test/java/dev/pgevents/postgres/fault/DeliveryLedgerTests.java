package dev.pgevents.postgres.fault;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.postgres.fault.Published.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class DeliveryLedgerTests {

	private static final int GAP = -1;

	private final DeliveryLedger ledger = new DeliveryLedger();

	private final Stub publisher = new Stub("p", Outcome.ACKNOWLEDGED, Outcome.ACKNOWLEDGED, Outcome.ACKNOWLEDGED,
			Outcome.ACKNOWLEDGED);

	@Test
	void acceptsAllInOrder() {
		deliver(0, 1, 2, 3);
		assertKept(this.publisher);
		assertThat(this.ledger.events()).isEqualTo(4);
	}

	@Test
	void acceptsAGapInThePlaceOfWhatIsMissing() {
		deliver(GAP, 1, GAP, GAP, 3, GAP);
		assertKept(this.publisher);
	}

	@Test
	void findsALossWithoutGap() {
		deliver(0, 2, 3);
		assertBroken("1 events of p, the first is number 1, were missed in silence before event 2", this.publisher);
		assertBrokenLeniently("missed in silence", this.publisher);
	}

	@Test
	void findsALossOfTheFirstAndOfTheLast() {
		deliver(1, 2);
		assertBroken("the first is number 0", this.publisher);
		assertBroken("the first is number 3, were missed in silence before the end", this.publisher);
	}

	@Test
	void findsAGapThatStandsTooEarly() {
		deliver(GAP, 0, 2, 3);
		assertBroken("missed in silence", this.publisher);
		assertBrokenLeniently("missed in silence", this.publisher);
	}

	@Test
	void takesAGapThatStandsTooLateLenientlyOnly() {
		deliver(0, 2, GAP, 3);
		assertBroken("missed in silence", this.publisher);
		assertThatNoException().isThrownBy(() -> this.ledger.verifyLeniently(this.publisher));
	}

	@Test
	void findsWhatWasHandledTwice() {
		deliver(0, 1, 1, 2, 3);
		assertBroken("event 1 of p was handled twice", this.publisher);
	}

	@Test
	void findsABrokenOrder() {
		deliver(0, 2, GAP, 1, 3);
		assertBroken("event 1 of p was handled after event 2", this.publisher);
	}

	@Test
	void findsWhatWasNeverPublished() {
		deliver(0, 1, 2);
		assertBroken("event 1 of p was handled and never published",
				new Stub("p", Outcome.ACKNOWLEDGED, Outcome.FAILED));
		assertBroken("event 2 of p was handled and never published",
				new Stub("p", Outcome.ACKNOWLEDGED, Outcome.FAILED));
	}

	@Test
	void owesNothingThatIsNotKnownToBePublished() {
		deliver(0, 3);
		assertKept(new Stub("p", Outcome.ACKNOWLEDGED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.UNKNOWN));
	}

	@Test
	void takesWhatIsNotKnownToBePublishedLater() {
		deliver(0, 2, 1);
		assertKept(new Stub("p", Outcome.ACKNOWLEDGED, Outcome.UNKNOWN, Outcome.ACKNOWLEDGED));
	}

	@Test
	void owesNothingThatWasBegunBeforeTheSubscription() {
		this.ledger.owedFromNow(new Stub("p", Outcome.ACKNOWLEDGED, Outcome.ACKNOWLEDGED, Outcome.ACKNOWLEDGED));
		deliver(1, 3);
		assertKept(this.publisher);
	}

	@Test
	void keepsPublishersApart() {
		deliver(0, 1, 2, 3);
		assertBroken("of q", this.publisher, new Stub("q", Outcome.ACKNOWLEDGED));
	}

	@Test
	void waitsInVainForWhatDoesNotCome() {
		deliver(0);
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.ledger.awaitEvent(this.publisher, 1, Duration.ofMillis(1)));
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.ledger.awaitGaps(1, Duration.ofMillis(1)));
	}

	private void deliver(int... deliveries) {
		for (int delivery : deliveries) {
			if (delivery == GAP) {
				this.ledger.onGap(new Gap(Gap.Reason.RECONNECTED, Instant.EPOCH, Instant.EPOCH, 0));
			}
			else {
				this.ledger.onEvent(Event.of(EventType.of("a.b"), "p", delivery));
			}
		}
	}

	private void assertKept(Published... publishers) {
		this.ledger.verify(publishers);
		this.ledger.verifyLeniently(publishers);
	}

	private void assertBroken(String how, Published... publishers) {
		assertBroken(DeliveryLedger::verify, how, publishers);
	}

	private void assertBrokenLeniently(String how, Published... publishers) {
		assertBroken(DeliveryLedger::verifyLeniently, how, publishers);
	}

	private void assertBroken(BiConsumer<DeliveryLedger, Published[]> verify, String how, Published... publishers) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> verify.accept(this.ledger, publishers))
			.withMessageContaining(how);
	}

	private record Stub(String name, List<Outcome> outcomes) implements Published {

		private Stub(String name, Outcome... outcomes) {
			this(name, List.of(outcomes));
		}

		@Override
		public int begun() {
			return this.outcomes.size();
		}

		@Override
		public Outcome outcome(int number) {
			return this.outcomes.get(number);
		}

	}

}
