package dev.pgevents.spring.app;

import dev.pgevents.spring.DomainEventListenerContainer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

@JdbcTest
@Import(EpochHandler.class)
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
class JdbcSliceTests {

	@Autowired
	ObjectProvider<DomainEventListenerContainer> container;

	@Autowired
	EpochHandler handler;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		TestDatabase.register(registry);
	}

	@Test
	void sliceStartsWithAHandlerAndLeavesItAlone() {
		assertThat(this.handler).isNotNull();
		assertThat(this.container.getIfAvailable()).isNull();
	}

}
