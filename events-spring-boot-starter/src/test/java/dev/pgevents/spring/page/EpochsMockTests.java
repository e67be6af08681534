package dev.pgevents.spring.page;

import dev.pgevents.spring.DomainEventPublisher;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.mockito.Mockito.verify;

@SpringBootTest(properties = "events.backend=in-memory")
class EpochsMockTests {

	@MockitoBean
	DomainEventPublisher publisher;

	@Autowired
	Epochs epochs;

	@Test
	void tellsOfClosedEpochs() {
		epochs.close("1", 42);
		verify(publisher).publish(new EpochClosed("1", 42));
	}

}
