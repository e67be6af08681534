package dev.pgevents.spring.page;

import java.time.Duration;

import dev.pgevents.spring.test.DomainEventScenario;
import dev.pgevents.spring.test.RecordDomainEvents;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = "events.backend=in-memory")
@RecordDomainEvents
class ValidatorTests {

	@Autowired
	Claims claims;

	@Autowired
	Epochs epochs;

	@Test
	void calculatesTheClaim(DomainEventScenario scenario) {
		scenario.publish(new EpochClosed("1", 42))
			.andWaitForStateChange(() -> claims.find("1"))
			.andExpect(ClaimCalculated.class, (claim) -> claim.index() == 42);
	}

	@Test
	void calculatesTheClaimOfAnEpochThatIsClosed(DomainEventScenario scenario) {
		scenario.call(() -> epochs.close("2", 7))
			.within(Duration.ofSeconds(5))
			.andExpectHandled(EpochClosed.class)
			.andExpect(ClaimCalculated.class)
			.andVerify((events) -> assertThat(events.failures()).isEmpty());
	}

}
