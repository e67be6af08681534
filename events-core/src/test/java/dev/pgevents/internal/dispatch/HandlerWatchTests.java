package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The watch looks while there is something to see.
 */
@Timeout(60)
class HandlerWatchTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final BlockingQueue<Event> slow = new LinkedBlockingQueue<>();

	private final Dispatcher dispatcher = Dispatcher.builder("watched")
		.slowHandlerThreshold(Duration.ofMillis(4))
		.slowHandlerListener((subscription, delivery, runningFor) -> this.slow.add((Event) delivery))
		.build();

	@AfterEach
	void close() {
		this.dispatcher.close();
	}

	@Test
	void restsWhileNoHandlerRuns() {
		awaitRest();
		CountDownLatch handled = new CountDownLatch(1);
		subscribe((event) -> handled.countDown());
		this.dispatcher.dispatch(event());
		await().atMost(LIMIT).until(() -> handled.getCount() == 0);
		awaitRest();
	}

	@Test
	void isWokenByEachHandlerThatDoesNotComeBack() throws InterruptedException {
		BlockingQueue<CountDownLatch> running = new LinkedBlockingQueue<>();
		subscribe((event) -> {
			CountDownLatch release = new CountDownLatch(1);
			running.add(release);
			release.await();
		});
		for (int i = 0; i < 3; i++) {
			awaitRest();
			Event event = event();
			this.dispatcher.dispatch(event);
			assertThat(this.slow.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(event);
			assertThat(watch().getState()).isNotEqualTo(Thread.State.WAITING);
			running.take().countDown();
		}
	}

	@Test
	void restsThoughItWasInterrupted() {
		awaitRest();
		watch().interrupt();
		await().atMost(LIMIT).until(() -> !watch().isInterrupted());
		awaitRest();
	}

	@Test
	void endsWithTheBus() throws InterruptedException {
		awaitRest();
		Thread watch = watch();
		this.dispatcher.close();
		watch.join(LIMIT.toMillis());
		assertThat(watch.isAlive()).isFalse();
	}

	private static void awaitRest() {
		await().atMost(LIMIT).until(() -> watch().getState() == Thread.State.WAITING);
	}

	private static Thread watch() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("watched-watch-1"))
			.findFirst()
			.orElseThrow();
	}

	private void subscribe(EventHandler handler) {
		this.dispatcher.subscribe(SubscriptionFilter.all(), SubscriptionOptions.defaults(), handler, (closing) -> {
		}).live();
	}

	private static Event event() {
		return Event.of(EventTypes.EPOCH_CLOSED, "1", null);
	}

}
