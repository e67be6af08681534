package dev.pgevents.spring.app;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.verify;

@SpringBootTest
class MockedPublisherTests {

	@MockitoBean
	Publisher publisher;

	@Autowired
	EpochService service;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		TestDatabase.register(registry);
	}

	@Test
	void publisherCanBeMocked() {
		this.service.close("1");
		ArgumentCaptor<Event> event = ArgumentCaptor.captor();
		verify(this.publisher).publish(event.capture());
		assertThat(event.getValue().type()).isEqualTo(EventTypes.EPOCH_CLOSED);
	}

}
