package dev.pgevents.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.postgres.fault.NumberedPublisher;
import dev.pgevents.postgres.fault.Published.Outcome;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Faults between a publishing bus and its server: each call of publish returns, what was
 * acknowledged arrives once and in order, and what failed does not.
 */
class PublishingFaultTests extends FaultyNetworkTest {

	private static final Duration LIMIT = FaultScenario.LIMIT;

	private PostgresEventBus receiver;

	private NumberedPublisher publisher;

	@BeforeEach
	void publish() throws Exception {
		this.scenario.build(this.scenario.builder().listening(false));
		this.receiver = PostgresEventBus.builder()
			.name(this.scenario.name + " receiver")
			.listener(ConnectionSource.of(this.scenario.straight()))
			.build();
		this.receiver.subscribe(this.scenario.filter, this.scenario.ledger)
			.ready()
			.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		this.publisher = NumberedPublisher.through(this.scenario.bus(), this.scenario.type, "p", FaultScenario.OFTEN);
		this.publisher.awaitNext(LIMIT);
	}

	@AfterEach
	void close() throws Exception {
		this.publisher.close();
		this.receiver.close();
	}

	/** While a fault lasts, calls go on to return. */
	private void awaitCalls(int count) {
		int from = this.publisher.begun();
		await().atMost(LIMIT).until(() -> this.publisher.begun() > from + count);
	}

	private void verify() throws InterruptedException {
		this.publisher.awaitNext(LIMIT);
		this.publisher.stop();
		this.scenario.ledger.awaitLast(this.publisher, LIMIT);
		this.scenario.ledger.verify(this.publisher);
		assertThat(this.scenario.ledger.gaps()).isEmpty();
	}

	@Test
	void refused() throws Exception {
		this.scenario.network.refuse();
		verifyFailsUntilItHeals();
	}

	@Test
	void unansweredDials() throws Exception {
		this.scenario.network.ignoreDials();
		verifyFailsUntilItHeals();
	}

	private void verifyFailsUntilItHeals() throws Exception {
		this.scenario.network.cut();
		awaitCalls(2);
		assertThat(this.publisher.count(Outcome.FAILED)).isPositive();
		this.scenario.network.heal();
		verify();
	}

	@Test
	void blackHoled() throws Exception {
		this.scenario.network.blackHole();
		awaitCalls(3);
		assertThat(this.publisher.count(Outcome.UNKNOWN)).as("one was under way, the others never left")
			.isLessThanOrEqualTo(2);
		assertThat(this.publisher.count(Outcome.FAILED)).isPositive();
		this.scenario.network.heal();
		verify();
	}

	@Test
	void stalledForLongerThanTheTimeout() throws Exception {
		this.scenario.network.stall();
		awaitCalls(2);
		this.scenario.network.heal();
		verify();
	}

	@Test
	void stalledForLessThanTheTimeoutLosesNothing() throws Exception {
		this.publisher.stop();
		this.scenario.network.stall();
		CompletableFuture<Void> published = CompletableFuture
			.runAsync(() -> this.scenario.bus().publish(Event.of(this.scenario.type, "q", 0)), OwnThread.EACH);
		assertThat(catchThrowable(() -> published.get(100, TimeUnit.MILLISECONDS)))
			.isInstanceOf(TimeoutException.class);
		this.scenario.network.heal();
		published.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

	@Test
	void dribblingByteByByte() throws Exception {
		this.scenario.network.dribble();
		awaitCalls(50);
		assertThat(this.publisher.count(Outcome.ACKNOWLEDGED)).isGreaterThan(40);
		verify();
	}

	@Test
	void delayedByTwoHundredMilliseconds() throws Exception {
		this.scenario.network.delay(Duration.ofMillis(200));
		awaitCalls(5);
		verify();
		assertThat(this.publisher.count(Outcome.ACKNOWLEDGED)).isEqualTo(this.publisher.begun());
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 5, 17, 150, 1000 })
	void resetInTheMiddleOfAnAnswer(int bytes) throws Exception {
		this.scenario.network.resetAfter(bytes);
		await().atMost(LIMIT).until(() -> this.publisher.count(Outcome.UNKNOWN) > 0);
		verify();
	}

	@Test
	void resetEveryFewMilliseconds() throws Exception {
		try (Repeated cut = Repeated.every(Duration.ofMillis(7), this.scenario.network::cut)) {
			cut.awaitTimes(300, LIMIT);
		}
		verify();
	}

	@Test
	void streamFromTheServerEnds() throws Exception {
		this.scenario.network.halfCloseTowardsClient();
		awaitCalls(2);
		verify();
	}

	@Test
	void streamToTheServerEnds() throws Exception {
		this.scenario.network.halfCloseTowardsServer();
		awaitCalls(2);
		verify();
	}

	@Test
	void terminatedEveryFiftyMillisecondsForTenSeconds() throws Exception {
		try (Repeated terminate = Repeated.every(Duration.ofMillis(50),
				() -> this.scenario.server.terminate("pgevents " + this.scenario.name + " publisher"))) {
			terminate.awaitTimes(200, LIMIT.multipliedBy(2));
		}
		verify();
	}

	@Test
	void whatManyThreadsPublishIntoABlackHoleFailsAndArrivesNever() throws Exception {
		this.publisher.stop();
		this.scenario.network.blackHole();
		List<CompletableFuture<Void>> published = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			Event event = Event.of(this.scenario.type, "q", i);
			published.add((i % 2 == 0) ? this.scenario.bus().publishAsync(event)
					: CompletableFuture.runAsync(() -> this.scenario.bus().publish(event), OwnThread.EACH));
		}
		for (CompletableFuture<Void> one : published) {
			assertThat(one).failsWithin(LIMIT).withThrowableThat().havingCause().isInstanceOf(PublishException.class);
		}
		this.scenario.network.heal();
		this.scenario.bus().publish(Event.of(this.scenario.type, "q", 100));
		await().atMost(LIMIT).until(() -> this.scenario.ledger.events() > this.publisher.count(Outcome.ACKNOWLEDGED));
		assertThat(this.scenario.ledger.events()).isEqualTo(this.publisher.count(Outcome.ACKNOWLEDGED) + 1);
	}

	@Test
	void interruptedPublishEndsSaysWhatIsKnownAndKeepsTheInterrupt() throws Exception {
		this.publisher.stop();
		this.scenario.network.stall();
		assertThat(interruptedPublish()).as("sent")
			.hasMessageContaining("not known")
			.extracting("outcome")
			.isEqualTo(PublishException.Outcome.UNKNOWN);
		this.scenario.network.heal();
		this.scenario.network.ignoreDials();
		this.scenario.network.cut();
		assertThat(interruptedPublish()).as("dialling")
			.hasMessageContaining("not published")
			.extracting("outcome")
			.isEqualTo(PublishException.Outcome.NOT_PUBLISHED);
		this.scenario.network.heal();
		this.scenario.bus().publish(Event.of(this.scenario.type, "q", 2));
	}

	/** For the server's answer, or for another thread that waits for it. */
	private static boolean isWaiting(Thread thread) {
		return thread.getState() == Thread.State.TIMED_WAITING
				|| Stream.of(thread.getStackTrace()).anyMatch((frame) -> frame.getMethodName().equals("select"));
	}

	private Throwable interruptedPublish() throws Exception {
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			Throwable failure = catchThrowable(
					() -> this.scenario.bus().publish(Event.of(this.scenario.type, "q", "x")));
			thrown.complete(Thread.currentThread().isInterrupted() ? failure : new AssertionError("swallowed"));
		});
		thread.start();
		await().atMost(LIMIT).until(() -> isWaiting(thread));
		thread.interrupt();
		return thrown.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

}
