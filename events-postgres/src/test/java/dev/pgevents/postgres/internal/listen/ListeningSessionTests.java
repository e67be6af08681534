package dev.pgevents.postgres.internal.listen;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.pgevents.Backoff;
import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.PublishException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.dispatch.BusEventStream;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.util.ManualTicker;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * When subscriptions get a gap, and where it stands among the events; with a stub for the
 * server, and time of the test's own.
 */
class ListeningSessionTests {

	private static final Instant LAST_GOOD = Instant.parse("2026-01-01T00:00:00Z");

	private static final Duration HEARTBEAT = Duration.ofSeconds(15);

	private static final Duration PROOF_AGE = Duration.ofMinutes(1);

	private final ManualTicker ticker = new ManualTicker();

	private final Clock clock = new TickingClock();

	private final StubServer server = new StubServer(this.ticker);

	private final RecordingObserver observer = new RecordingObserver();

	private final Proofs proofs = new Proofs();

	private Dispatcher dispatcher = Dispatcher.builder("events").clock(this.clock).build();

	private final NeededChannels channels = new NeededChannels();

	private final BusEventStream stream = subscribe("events");

	private final List<String> handled = new ArrayList<>();

	private int executed;

	private Consumer<Event> own = (event) -> {
	};

	@AfterEach
	void close() {
		this.dispatcher.close();
	}

	@Test
	void newSubscriptionIsLiveOnceItsChannelIsListenedToAndGetsNoGap() throws Exception {
		assertThat(this.stream.isLive()).isFalse();
		begin();
		assertThat(this.stream.isLive()).isTrue();
		assertThat(this.server.registered).contains("events");
		assertThat(received(this.stream)).isEmpty();
	}

	@Test
	void subscriptionThatWasLiveGetsAGapOfTheTimeBetweenTwoSessions() throws Exception {
		this.stream.live();
		begin();
		assertThat(received(this.stream))
			.containsExactly(new Gap(Gap.Reason.RECONNECTED, LAST_GOOD, this.clock.instant(), 0));
	}

	@Test
	void gapStandsBeforeWhatArrivesWithTheAnswerToListen() throws Exception {
		this.stream.live();
		this.server.notifies("events", "{\"type\":\"order.placed\"}");
		ListeningSession session = begin();
		session.receive();
		assertThat(received(this.stream)).extracting(Object::getClass).<Object>containsExactly(Gap.class, Event.class);
	}

	@Test
	void subscriptionThatComesLaterGetsNoGapAndNoneForTheOthers() throws Exception {
		ListeningSession session = begin();
		BusEventStream second = subscribe("others");
		session.channelsChanged();
		session.receive();
		assertThat(second.isLive()).isTrue();
		assertThat(this.server.registered).contains("events", "others");
		assertThat(received(this.stream)).isEmpty();
		assertThat(received(second)).isEmpty();
	}

	@Test
	void whatCannotBeReadIsAGapInItsPlace() throws Exception {
		ListeningSession session = begin();
		this.server.notifies("events", "{\"type\":\"order.placed\"}");
		this.server.notifies("events", "no event");
		this.server.notifies("events", "{\"type\":\"order.paid\"}");
		session.receive();
		List<Delivery> received = received(this.stream);
		assertThat(received).extracting(Object::getClass).<Object>containsExactly(Event.class, Gap.class, Event.class);
		assertThat(received.get(1)).extracting("reason", "dropped").containsExactly(Gap.Reason.UNREADABLE, 1L);
		assertThat(this.observer.seen).contains("unreadable");
	}

	@Test
	void registrationThatTheServerHasForgottenIsMadeAgainWithAGap() throws Exception {
		ListeningSession session = beginProven();
		Instant good = this.clock.instant();
		this.server.registered.clear();
		receiveFor(session, HEARTBEAT);
		assertThat(this.observer.seen).contains("registration lost");
		assertThat(this.server.registered).contains("events");
		assertThat(received(this.stream)).singleElement()
			.isInstanceOfSatisfying(Gap.class, (gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED))
			.isInstanceOfSatisfying(Gap.class, (gap) -> assertThat(gap.since()).isBeforeOrEqualTo(good));
	}

	@Test
	void heartbeatIsNotPutOffByHandlersOnTheThreadThatReads() throws Exception {
		BusSubscription handler = this.dispatcher.subscribe(SubscriptionFilter.all(),
				SubscriptionOptions.builder().build(), (event) -> {
				}, (closing) -> {
				});
		this.channels.add(handler, Set.of("others"));
		ListeningSession session = beginProven();
		this.server.registered.clear();
		this.ticker.pass(HEARTBEAT);
		for (int i = 0; i < 2; i++) {
			this.server.notifies("others", "{\"type\":\"order.placed\"}");
			session.receive();
			assertThat(this.observer.seen.contains("registration lost")).isEqualTo(i > 0);
			this.dispatcher.strategy().runReserved();
		}
	}

	@Test
	void whatCameBeforeTheAnswerStandsBeforeTheGapOfAForgottenRegistration() throws Exception {
		ListeningSession session = beginProven();
		receiveFor(session, HEARTBEAT.minusMillis(1));
		this.server.registered.clear();
		this.server.notifies("others", "nobody's");
		this.ticker.pass(HEARTBEAT);
		session.receive();
		this.server.notifies("events", "{\"type\":\"order.placed\"}");
		session.receive();
		assertThat(received(this.stream)).extracting(Object::getClass).<Object>containsExactly(Gap.class, Event.class);
	}

	@Test
	void heartbeatThatFindsAllInPlaceRaisesNoGap() throws Exception {
		ListeningSession session = beginProven();
		receiveFor(session, HEARTBEAT.multipliedBy(3));
		assertThat(this.observer.seen).contains("queue").doesNotContain("registration lost");
		assertThat(received(this.stream)).isEmpty();
	}

	@Test
	void proofThatComesInTimeRaisesNoGap() throws Exception {
		beginProven();
		assertThat(this.observer.seen).contains("listening");
		assertThat(received(this.stream)).isEmpty();
	}

	@Test
	void proofThatComesTooLateRaisesAGapOfTheTimeInWhichDeliveryWasDoubted() throws Exception {
		ListeningSession session = begin();
		receiveFor(session, Duration.ofSeconds(6));
		assertThat(this.observer.seen).contains("deaf");
		assertThat(received(this.stream)).isEmpty();
		this.server.notifies(this.proofs.channel, this.proofs.texts.get(0));
		session.receive();
		assertThat(this.observer.seen).endsWith("listening");
		assertThat(received(this.stream)).singleElement().isInstanceOf(Gap.class);
	}

	@Test
	void proofIsTakenAgainOnceTheLastOneIsOld() throws Exception {
		ListeningSession session = beginProven();
		receiveFor(session, PROOF_AGE.minus(HEARTBEAT));
		assertThat(this.proofs.texts).hasSize(1);
		receiveFor(session, HEARTBEAT.plusSeconds(1));
		assertThat(this.proofs.texts).hasSize(2);
		proofComesBack(session);
		assertThat(this.observer.seen).doesNotContain("deaf");
		assertThat(this.observer.seen.stream().filter("listening"::equals)).hasSize(2);
		assertThat(received(this.stream)).isEmpty();
		receiveFor(session, PROOF_AGE.plus(HEARTBEAT));
		assertThat(this.proofs.texts).hasSize(3);
	}

	@Test
	void proofThatWasTakenAgainAndDoesNotComeBackIsDeafAndAGapSinceTheOneBefore() throws Exception {
		ListeningSession session = beginProven();
		Instant proven = this.clock.instant();
		receiveFor(session, PROOF_AGE.plusSeconds(6));
		assertThat(this.observer.seen).endsWith("deaf");
		receiveFor(session, HEARTBEAT.multipliedBy(2));
		this.server.notifies("events", "{\"type\":\"order.placed\"}");
		session.receive();
		proofComesBack(session);
		assertThat(this.observer.seen).endsWith("listening");
		assertThat(received(this.stream)).element(1)
			.isEqualTo(new Gap(Gap.Reason.RECONNECTED, proven, this.clock.instant(), 0));
	}

	@Test
	void proofThatIsBehindOtherNotificationsIsWaitedFor() throws Exception {
		ListeningSession session = beginProven();
		receiveFor(session, PROOF_AGE.plusSeconds(1));
		for (int i = 0; i < 3; i++) {
			this.ticker.pass(Duration.ofSeconds(6));
			this.server.notifies("events", "{\"type\":\"order.placed\"}");
			session.receive();
		}
		assertThat(this.observer.seen).doesNotContain("deaf");
	}

	@Test
	void proofThatCannotBeSentAgainIsNoReasonForDoubt() throws Exception {
		ListeningSession session = beginProven();
		this.proofs.failure = new PublishException("the publishing connection is down");
		receiveFor(session, PROOF_AGE.plusSeconds(20));
		assertThat(this.proofs.texts).hasSizeGreaterThan(2);
		assertThat(this.observer.seen).doesNotContain("deaf");
		this.proofs.failure = null;
		receiveFor(session, PROOF_AGE);
		assertThat(this.observer.seen).contains("deaf");
	}

	@Test
	void heartbeatIsSparedByTrafficOnAllChannelsOfEventsAndNotByProofs() throws Exception {
		ListeningSession session = beginProven();
		this.server.notifies("events", "{\"type\":\"order.placed\"}");
		session.receive();
		receiveFor(session, HEARTBEAT);
		assertThat(this.observer.seen).doesNotContain("queue");
		this.channels.remove(this.stream);
		session.channelsChanged();
		receiveFor(session, HEARTBEAT);
		assertThat(this.server.registered).containsExactly(this.proofs.channel);
		assertThat(this.observer.seen).contains("queue");
	}

	@Test
	void whatHadArrivedBeforeTheSessionBrokeIsDelivered() throws Exception {
		ListeningSession session = beginProven();
		this.server.failure = new SQLException("deliberate");
		assertThatExceptionOfType(SQLException.class).isThrownBy(session::receive);
		this.server.notifies("events", "{\"type\":\"order.placed\"}");
		session.deliverRest();
		assertThat(received(this.stream)).singleElement().isInstanceOf(Event.class);
		assertThat(session.lastGood()).isEqualTo(this.clock.instant());
	}

	@Test
	void handlersAreStartedOnceForEachBatchOfMany() throws Exception {
		ListeningSession session = beginHandled();
		notifyOf(0, 100);
		session.receive();
		assertThat(this.handled).containsExactlyElementsOf(apps(0, 100));
		assertThat(this.executed).isEqualTo(2);
		notifyOf(100, 103);
		session.receive();
		assertThat(this.handled).containsExactlyElementsOf(apps(0, 103));
		assertThat(this.executed).isEqualTo(5);
	}

	@Test
	void handlersAreStartedForWhatCameBeforeABatchBroke() throws Exception {
		ListeningSession session = beginHandled();
		this.own = (event) -> {
			throw new IllegalStateException("deliberate");
		};
		notifyOf(0, 50);
		this.server.notifies("own", "{\"type\":\"order.placed\"}");
		assertThatIllegalStateException().isThrownBy(session::receive).withMessage("deliberate");
		assertThat(this.handled).containsExactlyElementsOf(apps(0, 50));
	}

	private ListeningSession beginHandled() throws SQLException {
		this.dispatcher.close();
		this.dispatcher = Dispatcher.builder("events").clock(this.clock).executor(this::execute).build();
		BusSubscription subscription = this.dispatcher.subscribe(SubscriptionFilter.all(),
				SubscriptionOptions.builder().build(), (event) -> this.handled.add(event.appId()), (closing) -> {
				});
		this.channels.add(subscription, Set.of("events", "own"));
		return begin();
	}

	private void execute(Runnable task) {
		this.executed++;
		task.run();
	}

	private void notifyOf(int from, int to) {
		apps(from, to)
			.forEach((app) -> this.server.notifies("events", "{\"type\":\"order.placed\",\"app_id\":\"" + app + "\"}"));
	}

	private static List<String> apps(int from, int to) {
		return IntStream.range(from, to).mapToObj(String::valueOf).toList();
	}

	private ListeningSession begin() throws SQLException {
		NotificationRouter router = new NotificationRouter(
				new NotificationDecoder(new JacksonPayloadCodec(), this.clock, null), this.dispatcher, this.observer,
				null);
		router.keep("own", (event) -> this.own.accept(event));
		ListeningSession session = new ListeningSession("events", this.server.session(), this.channels, router,
				this.observer, this.proofs,
				new Listener.Timing(new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(30)), HEARTBEAT,
						PROOF_AGE, false, this.clock, this.ticker),
				this.dispatcher.strategy(), LAST_GOOD);
		this.ticker.pass(Duration.ofSeconds(2));
		session.begin();
		return session;
	}

	private ListeningSession beginProven() throws SQLException {
		ListeningSession session = begin();
		proofComesBack(session);
		return session;
	}

	private void proofComesBack(ListeningSession session) throws SQLException {
		this.server.notifies(this.proofs.channel, this.proofs.texts.get(this.proofs.texts.size() - 1));
		session.receive();
	}

	/** Until so much time has passed. */
	private void receiveFor(ListeningSession session, Duration time) throws SQLException {
		long end = this.ticker.nanoTime() + time.toNanos();
		while (this.ticker.nanoTime() < end) {
			session.receive();
		}
	}

	private BusEventStream subscribe(String channel) {
		BusEventStream opened = this.dispatcher.open(SubscriptionFilter.all(), SubscriptionOptions.builder().build(),
				(closing) -> {
				});
		this.channels.add(opened, Set.of(channel));
		return opened;
	}

	private static List<Delivery> received(BusEventStream stream) throws InterruptedException {
		List<Delivery> received = new ArrayList<>();
		Delivery next = stream.poll(Duration.ZERO);
		while (next != null) {
			received.add(next);
			next = stream.poll(Duration.ZERO);
		}
		return received;
	}

	/** Goes with the ticker. */
	private final class TickingClock extends Clock {

		@Override
		public ZoneOffset getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Instant instant() {
			return LAST_GOOD.plusNanos(ListeningSessionTests.this.ticker.nanoTime());
		}

	}

	/** Sends without fail, unless it is to fail. */
	private static final class Proofs implements ProofSender {

		private PublishException failure;

		private final List<String> texts = new ArrayList<>();

		private String channel;

		@Override
		public CompletableFuture<Void> send(String channel, String text) {
			this.channel = channel;
			this.texts.add(text);
			return (this.failure != null) ? CompletableFuture.failedFuture(this.failure)
					: CompletableFuture.completedFuture(null);
		}

		@Override
		public int serverProcess() {
			return 1;
		}

	}

}
