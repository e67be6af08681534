package dev.pgevents.spring.app;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class EchoTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	@Test
	void twoProcessesThatPublishWhatTheyReceiveMakeNoStorm() throws Exception {
		String channel = "echo-" + UUID.randomUUID();
		List<String> types = new CopyOnWriteArrayList<>();
		try (ApplicationProcess one = start(channel);
				ApplicationProcess other = start(channel);
				PostgresEventBus bus = PostgresEventBus.builder()
					.channels(ChannelStrategy.single(channel))
					.dataSource(TestPostgres.shared().dataSource())
					.build()) {
			bus.subscribe(SubscriptionFilter.all(), (event) -> types.add(event.type().value())).ready().join();
			one.awaitLine(PrintingApplication.STARTED);
			other.awaitLine(PrintingApplication.STARTED);
			bus.publish(Event.of(EventType.of("order.echoed"), "7", Map.of("customer", "7", "order", 42)));
			one.awaitLine(EchoingApplication.REFUSED);
			other.awaitLine(EchoingApplication.REFUSED);
			bus.publish(Event.of(EventType.of("test.end"), null, null));
			await().atMost(LIMIT).until(() -> types.contains("test.end"));
			assertThat(types).containsExactly("order.echoed", "test.end");
		}
	}

	private static ApplicationProcess start(String channel) throws Exception {
		return ApplicationProcess.start(EchoingApplication.class, List.of(), System.getProperty("java.class.path"),
				"--events.channels.name=" + channel, "--spring.main.web-application-type=none");
	}

}
