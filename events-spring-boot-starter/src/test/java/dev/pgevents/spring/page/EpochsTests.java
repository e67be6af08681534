package dev.pgevents.spring.page;

import dev.pgevents.spring.test.DomainEvents;
import dev.pgevents.spring.test.RecordDomainEvents;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = "events.backend=in-memory")
@RecordDomainEvents
class EpochsTests {

	@Autowired
	Epochs epochs;

	@Test
	void tellsOfClosedEpochs(DomainEvents events) {
		epochs.close("1", 42);
		assertThat(events.published(EpochClosed.class)).containsExactly(new EpochClosed("1", 42));
		assertThat(events.published("app.*")).isEmpty();
	}

}
