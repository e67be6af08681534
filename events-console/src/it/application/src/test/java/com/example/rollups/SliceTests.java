package com.example.rollups;

import dev.pgevents.spring.test.DomainEvents;
import dev.pgevents.spring.test.RecordDomainEvents;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

@JsonTest
@Import(Epochs.class)
@RecordDomainEvents
class SliceTests {

	@Autowired
	Epochs epochs;

	@Test
	void publisherIsThereAndSendsNothing(DomainEvents events) {
		this.epochs.close("1", 42);
		assertThat(events.published(EpochClosed.class)).containsExactly(new EpochClosed("1", 42));
	}

}
