package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.time.Instant;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BufferTests {

	private static final Event ONE = Event.of(EventTypes.EPOCH_CLOSED, "1", null);

	private static final Event TWO = Event.of(EventTypes.EPOCH_CLOSED, "2", null);

	private static final Gap GAP = new Gap(Gap.Reason.RECONNECTED, Instant.EPOCH, Instant.EPOCH, 0);

	@Test
	void gapWaitsForWhatIsInHandAndWhatFollowsWaitsForTheGap() {
		Buffer buffer = new Buffer(4, OverflowPolicy.DROP_OLDEST, true, Clock.systemUTC());
		buffer.add(ONE);
		buffer.append(GAP);
		buffer.add(TWO);
		assertThat(buffer.take()).isEqualTo(ONE);
		assertThat(buffer.isReady()).as("a gap beside an event").isFalse();
		buffer.done(ONE);
		assertThat(buffer.take()).isEqualTo(GAP);
		assertThat(buffer.isReady()).as("an event beside a gap").isFalse();
		buffer.done(GAP);
		assertThat(buffer.take()).isEqualTo(TWO);
	}

}
