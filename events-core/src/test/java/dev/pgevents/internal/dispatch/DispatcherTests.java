package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who is called when, with workers that begin where the test lets them.
 */
class DispatcherTests {

	private final Workers workers = new Workers();

	private final Dispatcher dispatcher = Dispatcher.builder("test").executor(this.workers).build();

	private final List<String> seen = new ArrayList<>();

	@AfterEach
	void close() {
		this.dispatcher.close();
	}

	@Test
	void gapBeginsWhenAllBeforeItIsHandledAndEndsBeforeAnythingAfterItBegins() {
		BusSubscription subscription = subscribe(4, (delivery) -> this.workers.run());
		this.dispatcher.dispatch(event("1"));
		subscription.gap(gap());
		this.dispatcher.dispatch(event("2"));
		this.workers.run();
		assertThat(this.seen).containsExactly("1 begins", "1 ends", "gap begins", "gap ends", "2 begins", "2 ends");
	}

	@Test
	void nothingOvertakesAGapWhileAnAppBeforeItIsBusy() {
		BusSubscription subscription = subscribe(4, (delivery) -> this.workers.run());
		this.dispatcher.dispatch(event("1"));
		this.dispatcher.dispatch(event("1"));
		subscription.gap(gap());
		this.dispatcher.dispatch(event("2"));
		this.workers.run();
		assertThat(this.seen).containsExactly("1 begins", "1 ends", "1 begins", "1 ends", "gap begins", "gap ends",
				"2 begins", "2 ends");
	}

	@Test
	void appsAreHandledBesideEachOther() {
		subscribe(2, (delivery) -> this.workers.run());
		this.dispatcher.dispatch(event("1"));
		this.dispatcher.dispatch(event("1"));
		this.dispatcher.dispatch(event("2"));
		this.workers.run();
		assertThat(this.seen).containsExactly("1 begins", "2 begins", "2 ends", "1 ends", "1 begins", "1 ends");
	}

	@Test
	void gapAfterOverflowKeepsEventsBehindIt() {
		SubscriptionOptions options = SubscriptionOptions.builder()
			.concurrency(4)
			.bufferSize(2)
			.overflow(OverflowPolicy.DROP_NEWEST)
			.build();
		subscribe(options, (delivery) -> this.workers.run());
		for (String app : List.of("1", "2", "3", "4")) {
			this.dispatcher.dispatch(event(app));
		}
		this.workers.run();
		assertThat(this.seen).containsExactly("1 begins", "2 begins", "2 ends", "1 ends", "gap of 2 begins",
				"gap of 2 ends");
	}

	@Test
	void eventsOfAnAppInHandWakeNobody() {
		subscribe(4, (delivery) -> {
			if (this.seen.size() == 1) {
				this.dispatcher.dispatch(event("1"));
				this.dispatcher.dispatch(event("1"));
				assertThat(this.workers.tasks).isEmpty();
				this.seen.add("checked");
			}
		});
		this.dispatcher.dispatch(event("1"));
		this.workers.run();
		assertThat(this.seen).containsExactly("1 begins", "checked", "1 ends", "1 begins", "1 ends", "1 begins",
				"1 ends");
	}

	@Test
	void threadThatCannotBeHadIsAskedForAgainWithTheNextEvent() {
		subscribe(1, (delivery) -> {
		});
		this.workers.failure = new RejectedExecutionException("deliberate");
		this.dispatcher.dispatch(event("1"));
		this.workers.failure = new OutOfMemoryError("deliberate");
		this.dispatcher.dispatch(event("2"));
		this.workers.failure = null;
		this.dispatcher.dispatch(event("3"));
		this.workers.run();
		assertThat(this.seen).containsExactly("1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends");
	}

	@Test
	void gapsAmongReplacedEventsMergeAndPileUpNowhere() throws InterruptedException {
		BusEventStream stream = this.dispatcher.open(SubscriptionFilter.all(),
				SubscriptionOptions.builder().overflow(OverflowPolicy.LATEST_PER_APP).build(), (closing) -> {
				});
		stream.live();
		for (int i = 0; i < 100; i++) {
			this.dispatcher.dispatch(event("1"));
			stream.gap(gap());
		}
		Event last = event("1");
		this.dispatcher.dispatch(last);
		assertThat(stream.take()).isInstanceOf(Gap.class);
		assertThat(stream.poll(ChronoUnit.FOREVER.getDuration())).isEqualTo(last);
		assertThat(stream.poll(Duration.ZERO)).isNull();
		assertThat(stream.stats().coalesced()).isEqualTo(100);
	}

	private BusSubscription subscribe(int concurrency, Consumer<Delivery> whileInHand) {
		return subscribe(SubscriptionOptions.builder().concurrency(concurrency).build(), whileInHand);
	}

	private BusSubscription subscribe(SubscriptionOptions options, Consumer<Delivery> whileInHand) {
		BusSubscription subscription = this.dispatcher.subscribe(SubscriptionFilter.all(), options, new EventHandler() {

			@Override
			public void onEvent(Event event) {
				handle(String.valueOf(event.appId()), event);
			}

			@Override
			public void onGap(Gap gap) {
				handle((gap.dropped() > 0) ? "gap of " + gap.dropped() : "gap", gap);
			}

			private void handle(String name, Delivery delivery) {
				DispatcherTests.this.seen.add(name + " begins");
				whileInHand.accept(delivery);
				DispatcherTests.this.seen.add(name + " ends");
			}
		}, (closing) -> {
		});
		subscription.live();
		return subscription;
	}

	private static Event event(String app) {
		return Event.of(EventTypes.EPOCH_CLOSED, app, null);
	}

	private static Gap gap() {
		return new Gap(Gap.Reason.RECONNECTED, Instant.EPOCH, Instant.EPOCH, 0);
	}

	/** Runs workers when told to, also while another one is inside its handler. */
	private static final class Workers implements Executor {

		private final Queue<Runnable> tasks = new ArrayDeque<>();

		private Throwable failure;

		@Override
		public void execute(Runnable task) {
			if (this.failure instanceof Error error) {
				throw error;
			}
			if (this.failure instanceof RuntimeException exception) {
				throw exception;
			}
			this.tasks.add(task);
		}

		void run() {
			for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
				task.run();
			}
		}

	}

}
