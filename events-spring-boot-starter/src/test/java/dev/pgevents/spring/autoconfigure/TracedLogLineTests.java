package dev.pgevents.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Log lines that belong to a trace.
 */
class TracedLogLineTests extends ObservationTest {

	@Test
	void failureIsLoggedWithinItsTraceWhichEndsAfterwards() {
		run(Failing.class, (context) -> {
			ListAppender<ILoggingEvent> lines = append("dev.pgevents.internal.dispatch");
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "7", null));
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThat(lines.list).filteredOn((line) -> line.getLevel() == Level.ERROR)
					.singleElement()
					.satisfies((line) -> assertThat(line.getMDCPropertyMap()).containsEntry("trace",
							"handle failing.on of trace 1")));
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 2);
			assertThat(ended("events.handle").getError()).hasMessage("deliberate");
		});
	}

	@Test
	void linesAtDebugSayWhatBecameOfAnEventAndNotWhatIsInIt() {
		run(Handling.class, (context) -> {
			context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("other.*"), SubscriptionOptions.builder().name("others").build(),
						(event) -> {
						})
				.ready()
				.join();
			ListAppender<ILoggingEvent> lines = append("dev.pgevents");
			Logger logger = (Logger) LoggerFactory.getLogger("dev.pgevents");
			logger.setLevel(Level.DEBUG);
			try {
				Event event = Event.of(CLOSED, "7", "confidential");
				context.getBean(Publisher.class).publish(event);
				await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 2);
				List<ILoggingEvent> said = lines.list.stream()
					.filter((line) -> line.getFormattedMessage().contains(event.toString()))
					.toList();
				assertThat(said).extracting(ILoggingEvent::getFormattedMessage)
					.anyMatch((line) -> line.startsWith("events: publishing " + event + " on channel events"))
					.anyMatch((line) -> line
						.endsWith(event + " received, for subscriptions [handling.on], not for [others]"))
					.anyMatch((line) -> line.equals("subscription handling.on handles " + event));
				assertThat(said).filteredOn((line) -> line.getFormattedMessage().contains("handles"))
					.allSatisfy((line) -> assertThat(line.getMDCPropertyMap()).containsEntry("trace",
							"handle handling.on of trace 1"));
				assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage)
					.noneMatch((line) -> line.contains("confidential"));
			}
			finally {
				logger.setLevel(null);
			}
		});
	}

	@Test
	void failureOfASynchronizingMethodIsLoggedWithinItsTraceWhichEndsAfterwards() {
		ListAppender<ILoggingEvent> lines = append("dev.pgevents.SyncLoop");
		run(Synchronizing.class, (context) -> {
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() >= 2);
			assertThat(lines.list).filteredOn((line) -> line.getLevel() == Level.ERROR)
				.singleElement()
				.satisfies((line) -> assertThat(line.getMDCPropertyMap()).hasEntrySatisfying("trace",
						(trace) -> assertThat(trace).startsWith("sync synchronizing.on")));
		});
	}

	private static ListAppender<ILoggingEvent> append(String name) {
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.list = new CopyOnWriteArrayList<>();
		lines.start();
		((Logger) LoggerFactory.getLogger(name)).addAppender(lines);
		return lines;
	}

}
