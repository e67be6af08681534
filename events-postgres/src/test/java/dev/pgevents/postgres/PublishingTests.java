package dev.pgevents.postgres;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

/**
 * What callers of the bus share, wait for and are told.
 */
class PublishingTests extends PublishingTest {

	private static final Duration HOUR = Duration.ofHours(1);

	@Test
	void callerOfAnIdleBusDoesTheRoundTripItself() throws Exception {
		try (PostgresEventBus bus = publisher().build()) {
			Thread caller = Thread.currentThread();
			// The first one dials, which another thread does: it may take longer than a
			// caller waits.
			await().pollInSameThread().atMost(LIMIT).until(() -> {
				bus.publish(number(0));
				return this.connections.roundTrips.contains(caller);
			});
			int before = this.connections.roundTrips.size();
			numbers(before);
			for (int i = 1; i < 4; i++) {
				bus.publish(number(i));
			}
			assertThat(this.connections.roundTrips.stream().skip(before)).hasSize(3).containsOnly(caller);
			assertThat(numbers(3)).containsExactly(1, 2, 3);
		}
	}

	@Test
	void nextBatchGathersWhileARoundTripIsUnderWay() throws Exception {
		try (PostgresEventBus bus = publisher().build()) {
			this.connections.hold();
			CompletableFuture<Void> first = bus.publishAsync(number(0));
			await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 1);
			List<CompletableFuture<Void>> others = IntStream.range(1, 100)
				.mapToObj((i) -> bus.publishAsync(number(i)))
				.toList();
			assertThat(bus.status().publishing().queued()).isEqualTo(99);
			assertThat(first).isNotDone();
			this.connections.release();
			join(others);
			assertThat(this.connections.roundTrips).hasSize(2);
			assertThat(numbers(100)).isEqualTo(IntStream.range(0, 100).boxed().toList());
		}
	}

	@Test
	void batchIsBoundedAndPublishAllIsNeverTornApart() throws Exception {
		try (PostgresEventBus bus = publisher().maxBatch(4).queueCapacity(10).build()) {
			this.connections.hold();
			List<CompletableFuture<Void>> futures = new ArrayList<>();
			futures.add(bus.publishAsync(number(0)));
			await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 1);
			IntStream.range(1, 11).forEach((i) -> futures.add(bus.publishAsync(number(i))));
			this.connections.release();
			join(futures);
			assertThat(this.connections.roundTrips).as("1, 4, 4 and 2").hasSize(4);
			bus.publishAll(IntStream.range(11, 111).mapToObj(this::number).toList());
			assertThat(this.connections.roundTrips).as("more than the queue and a batch hold, in one").hasSize(5);
			assertThat(numbers(111)).isEqualTo(IntStream.range(0, 111).boxed().toList());
		}
	}

	@Test
	void publishAllSendsNothingWhereOneIsTooLarge() throws Exception {
		try (PostgresEventBus bus = publisher().build()) {
			Event tooLarge = Event.of(this.type, null, "x".repeat(8000));
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> bus.publishAll(List.of(number(1), tooLarge, number(2))));
			assertThatExceptionOfType(PayloadTooLargeException.class).isThrownBy(() -> bus.publishAsync(tooLarge));
			assertThat(this.connections.roundTrips).as("the server sees none of it").isEmpty();
			bus.publish(number(3));
			assertThat(numbers(1)).containsExactly(3);
		}
	}

	@Test
	void fullQueueIsAPublishExceptionAfterTheConfiguredTimeWhicheverMethod() throws Exception {
		try (PostgresEventBus bus = publisher().queueCapacity(2).publishTimeout(Duration.ofMillis(200)).build()) {
			// Dialling may take longer than that.
			await().atMost(LIMIT).untilAsserted(() -> publishes(bus, Event.of(EventType.of("not.received"), null, 0)));
			int before = this.connections.roundTrips.size();
			this.connections.hold();
			CompletableFuture<Void> first = bus.publishAsync(number(0));
			await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == before + 1);
			bus.publishAsync(number(1));
			bus.publishAsync(number(2));
			long begin = System.nanoTime();
			assertThatExceptionOfType(PublishException.class).isThrownBy(() -> bus.publish(number(3)))
				.withMessageContaining("2 of 2")
				.withMessageContaining("not published")
				.returns(Outcome.NOT_PUBLISHED, PublishException::outcome);
			assertThat(bus.publishAsync(number(4))).isCompletedExceptionally();
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
			this.connections.release();
			first.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			await().atMost(LIMIT).until(() -> bus.status().publishing().queued() == 0);
			await().atMost(LIMIT).untilAsserted(() -> publishes(bus, number(5)));
			assertThat(numbers(1)).containsExactly(0);
			Delivery next = this.received.poll(LIMIT);
			while (((Event) next).payloadAs(Integer.class) < 3) {
				next = this.received.poll(LIMIT);
			}
			assertThat(((Event) next).payloadAs(Integer.class)).isEqualTo(5);
		}
	}

	private static void publishes(PostgresEventBus bus, Event event) {
		assertThatNoException().isThrownBy(() -> bus.publish(event));
	}

	@Test
	void waitingCallersGoOnAsSoonAsThereIsRoom() throws Exception {
		try (PostgresEventBus bus = withQueueOf(2).build()) {
			fill(bus, 2);
			List<Thread> callers = List.of(waitingForRoom(bus, 3), waitingForRoom(bus, 4));
			this.connections.releaseOne();
			for (Thread caller : callers) {
				assertEnds(caller);
			}
			this.connections.release();
			assertThat(numbers(5)).startsWith(0, 1, 2).contains(3, 4);
		}
	}

	@Test
	void waitingCallerGoesOnWhereAnotherGivesUp() throws Exception {
		try (PostgresEventBus bus = withQueueOf(1).build()) {
			fill(bus, 0);
			Thread givingUp = started(() -> bus.publish(number(1)));
			await().atMost(LIMIT).until(() -> bus.status().publishing().queued() == 1);
			Thread waiting = waitingForRoom(bus, 2);
			givingUp.interrupt();
			assertEnds(waiting);
			this.connections.release();
			assertThat(numbers(2)).containsExactly(0, 2);
		}
	}

	@Test
	void waitingCallerEndsWhereTheBusIsClosed() throws Exception {
		PostgresEventBus bus = withQueueOf(1).shutdownTimeout(HOUR).build();
		fill(bus, 1);
		Thread waiting = waitingForRoom(bus, 2);
		Thread closer = started(bus::close);
		assertEnds(waiting);
		this.connections.release();
		assertEnds(closer);
		assertThat(numbers(2)).containsExactly(0, 1);
	}

	/** With times so long that none of them can be what ends a wait. */
	private PostgresEventBus.Builder withQueueOf(int capacity) {
		return publisher().queueCapacity(capacity).publishTimeout(HOUR).lockTimeout(HOUR);
	}

	/** An event that is being sent, and others that wait for that. */
	private void fill(PostgresEventBus bus, int waiting) {
		this.connections.hold();
		bus.publishAsync(number(0));
		await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 1);
		IntStream.rangeClosed(1, waiting).forEach((i) -> bus.publishAsync(number(i)));
	}

	private Thread waitingForRoom(PostgresEventBus bus, int number) {
		Thread caller = started(() -> bus.publishAsync(number(number)));
		await().atMost(LIMIT).until(() -> caller.getState() == Thread.State.TIMED_WAITING);
		return caller;
	}

	private static Thread started(Runnable action) {
		Thread thread = new Thread(() -> {
			try {
				action.run();
			}
			catch (PublishException | IllegalStateException ex) {
				// Interrupted, or closed meanwhile: an end like any other.
			}
		});
		thread.start();
		return thread;
	}

	private static void assertEnds(Thread thread) throws InterruptedException {
		thread.join(LIMIT.toMillis());
		assertThat(thread.isAlive()).isFalse();
	}

	@Test
	void eventIsEncodedAtTheCallWheneverItLeaves() throws Exception {
		try (PostgresEventBus bus = publisher().build()) {
			this.connections.hold();
			bus.publishAsync(number(0));
			await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 1);
			List<Integer> payload = new ArrayList<>(List.of(1));
			CompletableFuture<Void> later = bus.publishAsync(Event.of(this.type, null, payload));
			payload.add(2);
			this.connections.release();
			later.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(numbers(1)).containsExactly(0);
			Object received = ((Event) this.received.poll(LIMIT)).payloadAs(List.class);
			assertThat(received).isEqualTo(List.of(1));
		}
	}

	/** Or an event would arrive that its publisher publishes again. */
	@Test
	void callerWhoseTimeIsOverWhileAnotherThreadSendsItsEventWaitsForTheOutcome() throws Exception {
		try (PostgresEventBus bus = publisher().publishTimeout(Duration.ofSeconds(3)).lockTimeout(LIMIT).build()) {
			CompletableFuture<Void> published = new CompletableFuture<>();
			beingSentByAnotherThread(bus, published);
			assertThatExceptionOfType(PublishException.class).as("of a caller who came later")
				.isThrownBy(() -> bus.publish(number(2)))
				.withMessageContaining("not published within");
			this.connections.release();
			assertThat(published).succeedsWithin(LIMIT);
			assertThat(numbers(2)).containsExactly(0, 1);
		}
	}

	@Test
	void callerWhoIsInterruptedWhileAnotherThreadSendsItsEventIsToldThatTheOutcomeIsNotKnown() throws Exception {
		try (PostgresEventBus bus = publisher().publishTimeout(LIMIT).build()) {
			CompletableFuture<Void> published = new CompletableFuture<>();
			Thread caller = beingSentByAnotherThread(bus, published);
			caller.interrupt();
			assertThat(published).failsWithin(LIMIT)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(PublishException.class)
				.withMessageContaining("not known");
			this.connections.release();
			assertThat(numbers(2)).containsExactly(0, 1);
		}
	}

	/** Publishes behind another event, whose thread then begins this one's round trip. */
	private Thread beingSentByAnotherThread(PostgresEventBus bus, CompletableFuture<Void> published) {
		this.connections.hold();
		bus.publishAsync(number(0));
		await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 1);
		Thread caller = new Thread(() -> {
			try {
				bus.publish(number(1));
				published.complete(null);
			}
			catch (PublishException ex) {
				published.completeExceptionally(ex);
			}
		});
		caller.start();
		await().atMost(LIMIT).until(() -> bus.status().publishing().queued() == 1);
		this.connections.releaseOne();
		await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 2);
		return caller;
	}

	@Test
	void eventArrivesAsOftenAsItWasPublishedIntoOneBatch() throws Exception {
		try (PostgresEventBus bus = publisher().build()) {
			this.connections.hold();
			List<CompletableFuture<Void>> futures = new ArrayList<>();
			futures.add(bus.publishAsync(number(0)));
			await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 1);
			Event event = number(1);
			futures.add(bus.publishAsync(event));
			futures.add(bus.publishAsync(number(2)));
			futures.add(bus.publishAsync(event));
			futures.add(bus.publishAllAsync(List.of(number(3), event, event)));
			this.connections.release();
			join(futures);
			assertThat(numbers(7)).containsExactly(0, 1, 2, 1, 3, 1, 1);
			assertThat(this.connections.roundTrips).as("0; 1 and 2; 1; all of the last call").hasSize(4);
		}
	}

	@Test
	void eventThatCannotBeMarkedForWantOfRoomIsRefusedWhereItIsRepeated() throws Exception {
		try (PostgresEventBus bus = publisher().build(); Connection connection = database.connect()) {
			Event largest = Event.of(this.type, null, "x".repeat(roomFor(bus)));
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> bus.publishAll(List.of(largest, number(1), largest)))
				.satisfies((ex) -> assertThat(ex.actualBytes()).isGreaterThan(7999))
				.satisfies((ex) -> assertThat(ex.allowedBytes()).isEqualTo(7999));
			connection.setAutoCommit(false);
			bus.publisher(connection).publishAll(List.of(number(2), largest));
			connection.commit();
			assertThat(numbers(1)).containsExactly(2);
			assertThat(this.received.poll(LIMIT)).isEqualTo(largest);
		}
	}

	private int roomFor(PostgresEventBus bus) {
		int room = 7999;
		while (true) {
			try {
				bus.encode(Event.of(this.type, null, "x".repeat(room)));
				return room;
			}
			catch (PayloadTooLargeException ex) {
				room -= ex.actualBytes() - ex.allowedBytes();
			}
		}
	}

	@Test
	void tooManyForAStatementAreStillAllOrNoneAndInOrder() throws Exception {
		List<Event> events = IntStream.range(0, 400)
			.mapToObj((i) -> Event.builder(this.type).payload(i).header("h", "x".repeat(7000)).build())
			.toList();
		List<Integer> expected = IntStream.range(0, 400).boxed().toList();
		try (PostgresEventBus bus = publisher().build();
				Connection connection = this.connections.open(new Properties())) {
			bus.publisher(connection).publishAll(events);
			assertThat(this.connections.roundTrips).as("2.8 million characters").hasSize(3);
			assertThat(connection.getAutoCommit()).isTrue();
			assertThat(numbers(400)).isEqualTo(expected);
			connection.setAutoCommit(false);
			bus.publisher(connection).publishAll(events);
			connection.rollback();
			bus.publisher(connection).publishAll(events);
			connection.commit();
			assertThat(this.connections.roundTrips).hasSize(9);
			assertThat(numbers(400)).isEqualTo(expected);
			bus.publishAll(events);
			assertThat(this.connections.roundTrips).hasSize(12);
			assertThat(numbers(400)).isEqualTo(expected);
			bus.publish(number(1));
			assertThat(numbers(1)).containsExactly(1);
		}
	}

	@Test
	void closeSendsWhatWasAcceptedAndTakesNoMore() throws Exception {
		PostgresEventBus bus = publisher().shutdownTimeout(HOUR).build();
		this.connections.hold();
		List<CompletableFuture<Void>> futures = new ArrayList<>();
		futures.add(bus.publishAsync(number(0)));
		await().atMost(LIMIT).until(() -> this.connections.roundTrips.size() == 1);
		IntStream.range(1, 10).forEach((i) -> futures.add(bus.publishAsync(number(i))));
		Thread closer = new Thread(bus::close);
		closer.start();
		await().atMost(LIMIT).until(() -> closer.getState() == Thread.State.TIMED_WAITING);
		assertThatIllegalStateException().isThrownBy(() -> bus.publish(number(10)));
		this.connections.release();
		join(futures);
		assertEnds(closer);
		assertThat(numbers(10)).isEqualTo(IntStream.range(0, 10).boxed().toList());
	}

	private static void join(List<CompletableFuture<Void>> futures) throws Exception {
		CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

}
