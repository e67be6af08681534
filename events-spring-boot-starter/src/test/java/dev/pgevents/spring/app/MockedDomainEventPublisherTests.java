package dev.pgevents.spring.app;

import dev.pgevents.Publisher;
import dev.pgevents.spring.DomainEventPublisher;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.verify;

@SpringBootTest
class MockedDomainEventPublisherTests {

	@MockitoBean
	DomainEventPublisher payloads;

	@Autowired
	EpochService service;

	@Autowired
	Publisher publisher;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		TestDatabase.register(registry);
	}

	@Test
	void payloadsGoToTheMockAndEventsToTheBus() {
		this.service.announce("1");
		verify(this.payloads).publish(any(EpochService.Announced.class));
		assertThat(mockingDetails(this.publisher).isMock()).isFalse();
	}

}
