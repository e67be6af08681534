package dev.pgevents.spring.app;

import dev.pgevents.EventBus;
import dev.pgevents.spring.DomainEventListenerContainer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.verify;

@SpringBootTest
class MockedBusTests {

	@MockitoBean
	EventBus bus;

	@Autowired
	EpochService service;

	@Autowired
	DomainEventListenerContainer container;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		TestDatabase.register(registry);
	}

	@Test
	void handlersStartAndPublishersPublishWithAMockedBus() {
		assertThat(this.container.isRunning()).isTrue();
		this.service.close("1");
		verify(this.bus).publishAll(any());
	}

}
