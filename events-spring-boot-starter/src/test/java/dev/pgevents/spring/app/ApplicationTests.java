package dev.pgevents.spring.app;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

class ApplicationTests {

	@Test
	void handlersOfOneApplicationGetWhatAnotherPublishes() throws InterruptedException {
		try (ConfigurableApplicationContext publishing = start("events.listener.enabled=false");
				ConfigurableApplicationContext handling = start()) {
			EpochHandler handler = handling.getBean(EpochHandler.class);
			publishing.getBean(Publisher.class)
				.publishAll(List.of(Event.of(EventTypes.EPOCH_OPENED, "end-to-end", null),
						Event.of(EventTypes.EPOCH_CLOSED, "end-to-end", null)));
			assertThat(List.of(next(handler), next(handler))).containsExactlyInAnyOrder("epoch.opened of end-to-end",
					"epoch.closed of end-to-end");
		}
	}

	private static String next(EpochHandler handler) throws InterruptedException {
		String next = handler.received.poll(20, TimeUnit.SECONDS);
		return next.endsWith("end-to-end") ? next : next(handler);
	}

	private static ConfigurableApplicationContext start(String... properties) {
		TestPostgres database = TestPostgres.shared();
		return new SpringApplicationBuilder(Application.class).properties(TestDatabase.properties(database))
			.properties("spring.jpa.open-in-view=false")
			.properties(properties)
			.run();
	}

}
