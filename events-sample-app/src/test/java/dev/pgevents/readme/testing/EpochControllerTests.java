package dev.pgevents.readme.testing;

import dev.pgevents.spring.test.DomainEvents;
import dev.pgevents.spring.test.RecordDomainEvents;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;

@WebMvcTest(EpochController.class)
@RecordDomainEvents
class EpochControllerTests {

	@Autowired
	MockMvcTester mvc;

	@Test
	void tellsOfClosedEpochs(DomainEvents events) {
		assertThat(mvc.post().uri("/apps/1/epochs/42/close")).hasStatusOk();
		assertThat(events.published(EpochClosed.class)).containsExactly(new EpochClosed("1", 42));
	}

}
