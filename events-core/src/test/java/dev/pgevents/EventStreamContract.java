package dev.pgevents;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What every bus promises of its streams.
 */
public abstract class EventStreamContract extends EventBusTest {

	@Test
	void thoseWhoWaitAtAStreamAreGivenAnEventEach() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		BlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
		List<Thread> takers = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Thread taker = new Thread(() -> {
				try {
					taken.add(stream.take());
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			taker.start();
			takers.add(taker);
		}
		await().atMost(LIMIT)
			.until(() -> takers.stream().allMatch((taker) -> taker.getState() == Thread.State.TIMED_WAITING));
		for (int i = 0; i < 3; i++) {
			this.bus.publish(number(i));
		}
		for (Thread taker : takers) {
			taker.join(LIMIT.toMillis());
		}
		assertThat(taken).extracting((delivery) -> ((Event) delivery).payloadAs(Integer.class))
			.containsExactlyInAnyOrder(0, 1, 2);
		stream.close();
	}

	@Test
	void closeEndsAStreamThatWaits() throws Exception {
		EventStream stream = this.bus.open(this.all);
		AtomicReference<Boolean> more = new AtomicReference<>();
		Thread taker = new Thread(() -> more.set(stream.iterator().hasNext()));
		taker.start();
		await().atMost(LIMIT)
			.until(() -> taker.getState() == Thread.State.WAITING || taker.getState() == Thread.State.TIMED_WAITING);
		stream.close();
		taker.join(LIMIT.toMillis());
		assertThat(more.get()).isFalse();
	}

	@Test
	void streamGivesGapsInTheirPlaceAndCountsWhatWasTaken() throws Exception {
		EventStream stream = this.bus.open(this.all, SubscriptionOptions.builder().bufferSize(2).name("mine").build());
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		this.bus.publishAll(IntStream.range(0, 5).mapToObj(this::number).toList());
		await().atMost(LIMIT).until(() -> stream.stats().received() == 5);
		assertThat(stream.name()).isEqualTo("mine");
		assertThat(stream.filter()).isEqualTo(this.all);
		assertThat(stream.stats()).isEqualTo(new SubscriptionStats(5, 0, 0, 3, 0, 0, 0, 2));
		assertThat(stream.take()).isInstanceOfSatisfying(Gap.class, (gap) -> assertThat(gap.dropped()).isEqualTo(3));
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(3);
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(4);
		assertThat(stream.stats()).isEqualTo(new SubscriptionStats(5, 2, 0, 3, 0, 1, 0, 0));
	}

	@Test
	void interruptEndsTheWaitOfAStreamAndNotTheStream() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(stream::take);
		Thread.currentThread().interrupt();
		assertThat(stream.iterator().hasNext()).isFalse();
		assertThat(Thread.interrupted()).isTrue();
		this.bus.publish(number(1));
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(1);
	}

	@Test
	void streamThatIsClosedGivesNothingMoreWhateverWaited() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		this.bus.publish(number(1));
		await().atMost(LIMIT).until(() -> stream.stats().queued() == 1);
		stream.close();
		assertThat(stream.poll(LIMIT)).isNull();
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(() -> stream.iterator().next());
	}

	@Test
	void streamGivesEventsInOrderAndEndsOnClose() throws Exception {
		EventStream stream = this.bus.open(this.all);
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		this.bus.publishAll(List.of(number(1), number(2), number(3)));
		assertThat(((Event) stream.take()).payloadAs(Integer.class)).isEqualTo(1);
		Delivery second = stream.poll(LIMIT);
		assertThat(second).isInstanceOfSatisfying(Event.class,
				(event) -> assertThat(event.payloadAs(Integer.class)).isEqualTo(2));
		assertThat(((Event) stream.iterator().next()).payloadAs(Integer.class)).isEqualTo(3);
		assertThat(stream.poll(Duration.ZERO)).isNull();
		stream.close();
		assertThat(stream.iterator().hasNext()).isFalse();
		assertThatIllegalStateException().isThrownBy(stream::take);
	}

	@Test
	void streamOfAConsumerThatWasAwayBeginsWithAGap() throws Exception {
		SubscriptionOptions options = SubscriptionOptions.builder().awaySince(Instant.now()).build();
		EventStream stream = this.bus.open(this.all, options);
		join(stream);
		this.bus.publish(number(1));
		assertThat(stream.take()).isInstanceOfSatisfying(Gap.class,
				(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.STOPPED));
		assertThat(stream.take()).isInstanceOf(Event.class);
	}

}
