package dev.pgevents.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ReadmeTests {

	@Test
	void exampleRuns() {
		DataSource dataSource = TestPostgres.shared().dataSource();
		Collection<String> claims = new ConcurrentLinkedQueue<>();
		try (EventBus bus = PostgresEventBus.builder().dataSource(dataSource).build()) {
			Subscription subscription = bus.subscribe(SubscriptionFilter.types("epoch.*"), new EventHandler() {

				@Override
				public void onEvent(Event event) {
					claims.add(event.appId() + ": " + event.payloadAs(Epoch.class).index());
				}

				@Override
				public void onGap(Gap gap) {
					claims.clear(); // events may be missing: read the state again
				}
			});
			subscription.ready().join(); // what is published from here on arrives
			bus.publish(Event.of(EventTypes.EPOCH_CLOSED, "1", new Epoch(42)));
			await().atMost(Duration.ofSeconds(20)).until(() -> claims.contains("1: 42"));
		}
	}

	@Test
	void exampleIsTheReadmes() throws Exception {
		String readme = Files.readString(Path.of("../README.md"));
		String example = readme.substring(readme.indexOf("try (EventBus bus"));
		example = example.substring(0, example.indexOf("```"));
		String source = Files.readString(Path.of("src/test/java/dev/pgevents/postgres/ReadmeTests.java"));
		assertThat(lines(source)).contains(lines(example));
	}

	private static String lines(String code) {
		return code.replaceAll("(?m)^\\s+", "");
	}

	record Epoch(int index) {

	}

}
