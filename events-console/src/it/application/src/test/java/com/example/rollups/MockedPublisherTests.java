package com.example.rollups;

import dev.pgevents.Publisher;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.verify;

@SpringBootTest
class MockedPublisherTests {

	@MockitoBean
	Publisher publisher;

	@Autowired
	Epochs epochs;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		Database.register(registry);
	}

	@Test
	void publisherCanBeMocked() {
		this.epochs.close("1", 42);
		verify(this.publisher).publish(any());
	}

}
