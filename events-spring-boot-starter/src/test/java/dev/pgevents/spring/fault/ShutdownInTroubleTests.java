package dev.pgevents.spring.fault;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Applications that stop though a handler, the network or another bean is in the way.
 */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownInTroubleTests extends ShutdownTest {

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

}
