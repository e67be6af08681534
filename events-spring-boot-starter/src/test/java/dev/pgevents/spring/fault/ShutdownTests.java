package dev.pgevents.spring.fault;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class ShutdownTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final EventType TOLD = EventType.of("shutdown.told");

	private static TestPostgres database;

	private final Leftovers leftovers = new Leftovers();

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@Test
	void leavesNothingBehindHoweverOftenItStartsInOneJvm() throws Exception {
		for (int i = 0; i < 2; i++) {
			SmallApplication application = application(Worker.class);
			try (ConfigurableApplicationContext context = application.startAndAwaitDelivery()) {
				assertWorks(context, "restart" + i);
				assertThat(this.leftovers.threadsOf(application)).isNotEmpty();
			}
			this.leftovers.assertNone(application, database);
		}
	}

	@Test
	void stopsAndStartsAgain() throws Exception {
		SmallApplication application = application(Worker.class);
		try (ConfigurableApplicationContext context = application.startAndAwaitDelivery()) {
			for (int i = 0; i < 2; i++) {
				context.stop();
				assertThat(context.getBean(EventBus.class).subscriptions()).isEmpty();
				await().atMost(LIMIT).until(() -> !this.leftovers.threadsOf(application).contains("events-keep-alive"));
				context.start();
				assertWorks(context, "again" + i);
			}
		}
		this.leftovers.assertNone(application, database);
	}

	@Test
	void hasStoppedReceivingBeforeAnythingElseStops() throws Exception {
		SmallApplication application = application(Worker.class, WebServer.class);
		ConfigurableApplicationContext context = application.startAndAwaitDelivery();
		Worker worker = context.getBean(Worker.class);
		WebServer webServer = context.getBean(WebServer.class);
		worker.hold(context);
		Thread closing = closing(context);
		assertThat(webServer.stopped.getCount()).isEqualTo(1);
		worker.release.countDown();
		end(closing);
		assertThat(webServer.workerWasDone).isTrue();
		assertThat(webServer.subscriptions).isZero();
		this.leftovers.assertNone(application, database);
	}

	@Test
	void sendsWhatItHasAcceptedAndWhatHandlersAndBeansPublishWhileItStops() throws Exception {
		Set<String> received = ConcurrentHashMap.newKeySet();
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(database.url());
				PostgresEventBus receiver = PostgresEventBus.builder().dataSource(database.dataSource()).build()) {
			receiver.subscribe(SubscriptionFilter.types(TOLD), (event) -> received.add(event.appId()))
				.ready()
				.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			ConfigurableApplicationContext context = application(Worker.class, LastWords.class)
				.properties("events.publisher.mode=after-commit")
				.properties(through(network))
				.startAndAwaitDelivery();
			Worker worker = context.getBean(Worker.class);
			worker.hold(context);
			network.delay(Duration.ofMillis(100)); // what is accepted last is under way
													// at the end
			List<String> expected = new ArrayList<>(List.of("transaction", "handler", "lifecycle"));
			Publisher publisher = context.getBean(Publisher.class);
			new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
				.executeWithoutResult((status) -> publisher.publish(told("transaction")));
			for (int i = 0; i < LastWords.COUNT; i++) {
				expected.add("destroyed" + i);
			}
			Thread closing = closing(context);
			worker.release.countDown();
			end(closing);
			await().atMost(LIMIT).untilAsserted(() -> assertThat(received).containsAll(expected));
		}
	}

	@Test
	void stopsThoughAHandlerAndASynchronizingMethodBlockForEverAndNamesThem(CapturedOutput output) throws Exception {
		SmallApplication application = application(Blocking.class, WebServer.class)
			.properties("events.listener.shutdown-timeout=200ms");
		ConfigurableApplicationContext context = application.startAndAwaitDelivery();
		Blocking blocking = context.getBean(Blocking.class);
		WebServer webServer = context.getBean(WebServer.class);
		context.getBean(Publisher.class).publish(Event.of(EventType.of("shutdown.block"), null, null));
		awaitLatch(blocking.inHand);
		end(closing(context));
		awaitLatch(webServer.stopped);
		awaitLatch(blocking.interrupted);
		assertThat(output.getAll().lines().filter((line) -> line.contains("still running"))).satisfiesExactlyInAnyOrder(
				(line) -> assertThat(line).contains("subscription stuck was closed", "200 ms", "shutdown.block"),
				(line) -> assertThat(line).contains("Blocking.sync: closed", "200 ms"));
		assertThat(output).doesNotContain("have not closed");
		this.leftovers.assertNone(application, database);
	}

	@Test
	void mayBeClosedByAHandlerAndByASynchronizingMethod() throws Exception {
		for (String app : List.of("handler", "sync")) {
			SmallApplication application = application(Ending.class);
			ConfigurableApplicationContext context = application.startAndAwaitDelivery();
			Ending ending = context.getBean(Ending.class);
			ending.armed = app;
			context.getBean(Publisher.class).publish(Event.of(EventType.of("shutdown." + app), app, null));
			awaitLatch(ending.closed);
			assertThat(context.isActive()).isFalse();
			this.leftovers.assertNone(application, database);
		}
	}

	@ParameterizedTest
	@EnumSource
	void closesWhileItTriesToConnectAgain(Dialling dialling, CapturedOutput output) throws Exception {
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(database.url())) {
			SmallApplication application = application(Worker.class).properties(through(network))
				.properties("events.listener.shutdown-timeout=200ms");
			ConfigurableApplicationContext context = application.startAndAwaitDelivery();
			PostgresEventBus bus = context.getBean(PostgresEventBus.class);
			int accepted = network.accepted();
			dialling.fail(network);
			network.cut();
			await().atMost(LIMIT)
				.until(() -> !bus.isDelivering() && (!dialling.isAccepted || network.accepted() > accepted));
			CompletableFuture<Void> unsent = bus.publishAsync(told("unsent"));
			end(closing(context));
			await().atMost(LIMIT).until(unsent::isCompletedExceptionally);
			assertThat(output).doesNotContain("have not closed");
			network.heal();
			this.leftovers.assertNone(application, database);
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { FailsAfterTheBus.class, FailsToStart.class, FailsWhenRefreshed.class, FailsToRun.class })
	void leavesNothingBehindWhereTheStartFails(Class<?> failing) {
		SmallApplication application = application(Worker.class, failing);
		assertThatThrownBy(application::start).hasStackTraceContaining("deliberate");
		this.leftovers.assertNone(application, database);
	}

	@Test
	void stopsWhereItIsDestroyedWithoutBeingStopped() {
		SmallApplication application = application(Worker.class);
		try (ConfigurableApplicationContext context = application.startAndAwaitDelivery()) {
			EventBus bus = context.getBean(EventBus.class);
			((DefaultListableBeanFactory) context.getBeanFactory()).destroySingleton("domainEventListenerContainer");
			assertThat(bus.subscriptions()).isEmpty();
			await().atMost(LIMIT).until(() -> !this.leftovers.threadsOf(application).contains("events-keep-alive"));
		}
	}

	private static SmallApplication application(Class<?>... beans) {
		return SmallApplication.with(beans).connectedTo(database.url(), database.user(), database.password());
	}

	/** The way of the bus's own connections. */
	private static String[] through(FaultyNetwork network) {
		return new String[] { "events.postgres.url=" + network.url(database.url()),
				"events.postgres.username=" + database.user(), "events.postgres.password=" + database.password() };
	}

	private static void assertWorks(ConfigurableApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(EventType.of("shutdown.work"), app, null));
		await().atMost(LIMIT).until(() -> context.getBean(Worker.class).handled.contains(app));
	}

	/** Closes a context; returns once that has begun. */
	private static Thread closing(ConfigurableApplicationContext context) {
		DomainEventListenerContainer container = context.getBean(DomainEventListenerContainer.class);
		Thread closing = new Thread(context::close);
		closing.start();
		await().atMost(LIMIT).until(() -> !container.isRunning());
		return closing;
	}

	private static void end(Thread closing) throws InterruptedException {
		closing.join(LIMIT.toMillis());
		assertThat(closing.isAlive()).isFalse();
	}

	private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
		assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	private static Event told(String by) {
		return Event.of(TOLD, by, null);
	}

	/** What happens to dials. */
	enum Dialling {

		REFUSED(false) {
			@Override
			void fail(FaultyNetwork network) {
				network.refuse();
			}
		},

		UNANSWERED(false) {
			@Override
			void fail(FaultyNetwork network) throws IOException {
				network.ignoreDials();
			}
		},

		ACCEPTED_AND_THEN_SILENT(true) {
			@Override
			void fail(FaultyNetwork network) {
				network.blackHole();
			}
		};

		private final boolean isAccepted;

		Dialling(boolean isAccepted) {
			this.isAccepted = isAccepted;
		}

		abstract void fail(FaultyNetwork network) throws IOException;

	}

	/** Works, and has something to say about it. */
	static class Worker {

		final Set<String> handled = ConcurrentHashMap.newKeySet();

		final CountDownLatch inHand = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		final AtomicBoolean done = new AtomicBoolean();

		private final Publisher publisher;

		Worker(Publisher publisher) {
			this.publisher = publisher;
		}

		void hold(ConfigurableApplicationContext context) throws InterruptedException {
			context.getBean(Publisher.class).publish(Event.of(EventType.of("shutdown.hold"), null, null));
			awaitLatch(this.inHand);
		}

		@OnDomainEvent("shutdown.work")
		void work(@AppId String app) {
			this.handled.add(app);
		}

		@OnDomainEvent("shutdown.hold")
		void hold(Event event) throws InterruptedException {
			this.inHand.countDown();
			awaitLatch(this.release);
			this.publisher.publish(told("handler"));
			this.done.set(true);
		}

		@SyncOnDomainEvent(types = "shutdown.work", every = "1h")
		void sync() {
		}

	}

	/** In the phase in which Boot's web servers begin to drain. */
	static class WebServer extends Running {

		final CountDownLatch stopped = new CountDownLatch(1);

		private final Worker worker;

		private final EventBus bus;

		private volatile boolean workerWasDone;

		private volatile int subscriptions = -1;

		WebServer(ObjectProvider<Worker> worker, EventBus bus) {
			this.worker = worker.getIfAvailable();
			this.bus = bus;
		}

		@Override
		public int getPhase() {
			return DEFAULT_PHASE - 1024;
		}

		@Override
		void end() {
			this.workerWasDone = this.worker != null && this.worker.done.get();
			this.subscriptions = this.bus.subscriptions().size();
			this.stopped.countDown();
		}

	}

	/** The last to stop, and to be destroyed among the last. */
	static class LastWords extends Running {

		/** More than are sent at a time. */
		static final int COUNT = 2500;

		private final Publisher publisher;

		LastWords(Publisher publisher) {
			this.publisher = publisher;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

		@Override
		void end() {
			this.publisher.publish(told("lifecycle"));
		}

		@PreDestroy
		void destroyed() {
			for (int i = 0; i < COUNT; i++) {
				this.publisher.publishAsync(told("destroyed" + i));
			}
		}

	}

	/** Blocks for ever, or until it is interrupted. */
	static class Blocking {

		final CountDownLatch inHand = new CountDownLatch(2);

		final CountDownLatch interrupted = new CountDownLatch(2);

		@OnDomainEvent(types = "shutdown.block", id = "stuck")
		void on(Event event) throws InterruptedException {
			block();
		}

		@SyncOnDomainEvent(types = "shutdown.block", every = "1h")
		void sync() throws InterruptedException {
			block();
		}

		private void block() throws InterruptedException {
			this.inHand.countDown();
			try {
				new CountDownLatch(1).await();
			}
			finally {
				this.interrupted.countDown();
			}
		}

	}

	/** Ends its application. */
	static class Ending {

		final CountDownLatch closed = new CountDownLatch(1);

		volatile String armed = "";

		private final ConfigurableApplicationContext context;

		Ending(ConfigurableApplicationContext context) {
			this.context = context;
		}

		@OnDomainEvent("shutdown.handler")
		void on(Event event) {
			close();
		}

		@SyncOnDomainEvent(types = "shutdown.sync", every = "1h")
		void sync() {
			if (this.armed.equals("sync")) {
				close();
			}
		}

		private void close() {
			this.context.close();
			this.closed.countDown();
		}

	}

	/** A bean that needs the bus, and fails. */
	static class FailsAfterTheBus {

		private final EventBus bus;

		FailsAfterTheBus(EventBus bus) {
			this.bus = bus;
		}

		@PostConstruct
		void fail() {
			this.bus.publish(told("early")); // connects
			throw new IllegalStateException("deliberate");
		}

	}

	/** Starts with the container, or rather does not. */
	static class FailsToStart extends Running {

		@Override
		public int getPhase() {
			return Integer.MAX_VALUE;
		}

		@Override
		public void start() {
			throw new IllegalStateException("deliberate");
		}

	}

	/** Fails when everything has been started. */
	static class FailsWhenRefreshed {

		@EventListener
		void on(ContextRefreshedEvent event) {
			throw new IllegalStateException("deliberate");
		}

	}

	/** Fails when the context is there. */
	static class FailsToRun implements ApplicationRunner {

		@Override
		public void run(ApplicationArguments arguments) {
			throw new IllegalStateException("deliberate");
		}

	}

	/** Has a lifecycle. */
	abstract static class Running implements SmartLifecycle {

		private volatile boolean running;

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			end();
		}

		void end() {
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
