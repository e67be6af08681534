package dev.pgevents.spring.app;

import dev.pgevents.Subscriber;
import dev.pgevents.spring.DomainEventListenerContainer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
class MockedSubscriberTests {

	@MockitoBean
	Subscriber subscriber;

	@Autowired
	DomainEventListenerContainer container;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		TestDatabase.register(registry);
	}

	@Test
	void handlersStartWithAMockedSubscriber() {
		assertThat(this.container.isRunning()).isTrue();
	}

}
