package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventTypes;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * In a process with several buses each line says whose it is.
 */
class LogLineTests {

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(Dispatcher.class.getPackageName());

	@Test
	void linesOfHandlersBeginWithTheNameOfTheBus() {
		Dispatcher dispatcher = Dispatcher.builder("orders")
			.slowHandlerThreshold(Duration.ofMillis(4))
			.slowHandlerListener((subscription, delivery, runningFor) -> {
				throw new IllegalStateException("deliberate");
			})
			.shutdownTimeout(Duration.ofMillis(1))
			.subscriptionListener(new SubscriptionListener() {

				@Override
				public void onOpened(Subscription subscription) {
					throw new IllegalStateException("deliberate");
				}
			})
			.build();
		subscribe(dispatcher, SubscriptionOptions.builder().name("fails").build(), (event) -> {
			throw new IllegalStateException("deliberate");
		});
		subscribe(dispatcher, SubscriptionOptions.builder().name("fails twice").errorHandler((of, delivery, error) -> {
			throw new IllegalStateException("deliberate");
		}).build(), (event) -> {
			throw new IllegalStateException("deliberate");
		});
		subscribe(dispatcher, SubscriptionOptions.builder().name("slow").build(),
				(event) -> Thread.sleep(Long.MAX_VALUE));
		dispatcher.dispatch(event());
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(
					() -> assertThat(this.log.messages()).anyMatch((line) -> line.contains("of subscription fails f"))
						.anyMatch((line) -> line.contains("error handler of subscription fails twice"))
						.anyMatch((line) -> line.contains("has been running"))
						.anyMatch((line) -> line.contains("slow handler listener failed")));
		dispatcher.close();
		assertThat(own()).anyMatch((line) -> line.contains("subscription listener failed"))
			.anyMatch((line) -> line.contains("was closed while its handler was still running"))
			.allMatch((line) -> line.startsWith("orders: "));
	}

	@Test
	void lineAboutAThreadThatIsMissingBeginsWithTheNameOfTheBus() {
		try (Dispatcher dispatcher = Dispatcher.builder("orders").executor((task) -> {
			throw new RejectedExecutionException("deliberate");
		}).build()) {
			subscribe(dispatcher, SubscriptionOptions.defaults(), (event) -> {
			});
			dispatcher.dispatch(event());
			assertThat(own()).anyMatch((line) -> line.contains("no thread"))
				.allMatch((line) -> line.startsWith("orders: "));
		}
	}

	/** Without lines of other buses' threads, which other tests have left behind. */
	private List<String> own() {
		String test = Thread.currentThread().getName();
		return this.log.lines()
			.stream()
			.filter((line) -> line.getThreadName().equals(test) || line.getThreadName().startsWith("orders-"))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	private static void subscribe(Dispatcher dispatcher, SubscriptionOptions options, EventHandler handler) {
		dispatcher.subscribe(SubscriptionFilter.all(), options, handler, (closing) -> {
		}).live();
	}

	private static Event event() {
		return Event.of(EventTypes.EPOCH_CLOSED, "1", 1);
	}

}
