package dev.pgevents.spring.fault;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Starts small applications and closes them.
 */
abstract class ShutdownTest {

	static final Duration LIMIT = Duration.ofSeconds(30);

	static final EventType TOLD = EventType.of("shutdown.told");

	static TestPostgres database;

	final Leftovers leftovers = new Leftovers();

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	static SmallApplication application(Class<?>... beans) {
		return SmallApplication.with(beans).connectedTo(database.url(), database.user(), database.password());
	}

	/** The way of the bus's own connections. */
	static String[] through(FaultyNetwork network) {
		return new String[] { "events.postgres.url=" + network.url(database.url()),
				"events.postgres.username=" + database.user(), "events.postgres.password=" + database.password() };
	}

	/** Closes a context; returns once that has begun. */
	static Thread closing(ConfigurableApplicationContext context) {
		DomainEventListenerContainer container = context.getBean(DomainEventListenerContainer.class);
		Thread closing = new Thread(context::close);
		closing.start();
		await().atMost(LIMIT).until(() -> !container.isRunning());
		return closing;
	}

	static void end(Thread closing) throws InterruptedException {
		closing.join(LIMIT.toMillis());
		assertThat(closing.isAlive()).isFalse();
	}

	static void awaitLatch(CountDownLatch latch) throws InterruptedException {
		assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	static Event told(String by) {
		return Event.of(TOLD, by, null);
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

	/** In the phase in which Boot's web servers begin to drain. */
	static class WebServer extends Running {

		final CountDownLatch stopped = new CountDownLatch(1);

		private final Worker worker;

		private final EventBus bus;

		volatile boolean workerWasDone;

		volatile int subscriptions = -1;

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

}
