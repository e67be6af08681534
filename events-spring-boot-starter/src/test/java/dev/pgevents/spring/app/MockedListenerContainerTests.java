package dev.pgevents.spring.app;

import dev.pgevents.spring.DomainEventListenerContainer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.mockito.Mockito.mockingDetails;

@SpringBootTest
class MockedListenerContainerTests {

	@MockitoBean
	DomainEventListenerContainer container;

	@Autowired
	EpochService service;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		TestDatabase.register(registry);
	}

	@Test
	void handlersAreLeftAloneAndPublishersPublish() {
		assertThat(mockingDetails(this.container).isMock()).isTrue();
		assertThatNoException().isThrownBy(() -> this.service.close("1"));
	}

}
