package dev.pgevents.readme.testing;

import dev.pgevents.spring.test.DomainEventScenario;
import dev.pgevents.spring.test.RecordDomainEvents;
import org.junit.jupiter.api.Test;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.postgresql.PostgreSQLContainer;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;

@SpringBootTest
@RecordDomainEvents
@Testcontainers(disabledWithoutDocker = true)
class ContainerTests {

	@Container
	@ServiceConnection
	static PostgreSQLContainer postgres = new PostgreSQLContainer("postgres:18-alpine");

	@Test
	void publishesOverTheContainer(DomainEventScenario scenario) {
		scenario.publish(new EpochClosed("1", 42)).andExpect(EpochClosed.class);
	}

}
