package com.example.rollups;

import dev.pgevents.spring.test.DomainEventScenario;
import dev.pgevents.spring.test.DomainEvents;
import dev.pgevents.spring.test.RecordDomainEvents;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
@RecordDomainEvents
class RecordedEventsTests {

	@Autowired
	Epochs epochs;

	@Autowired
	Validator validator;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		Database.register(registry);
	}

	@Test
	void recordsAndWaits(DomainEventScenario scenario, DomainEvents events) {
		scenario.call(() -> this.epochs.close("recorded", 42))
			.andWaitForStateChange(() -> this.validator.handled.contains(new EpochClosed("recorded", 42)))
			.andExpect(EpochClosed.class)
			.andExpectHandled(EpochClosed.class);
		assertThat(events.published(EpochClosed.class)).containsExactly(new EpochClosed("recorded", 42));
	}

}
