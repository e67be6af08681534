package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Starting and stopping methods.
 */
class HandlerLifecycleTests extends HandlerTest {

	@Test
	void startsAgainAfterAStop() {
		run(Inferred.class, (context) -> {
			DomainEventListenerContainer container = container(context);
			container.stop();
			assertThat(container.isRunning()).isFalse();
			assertThat(container.subscriptions()).isEmpty();
			context.getBean(DomainEventPublisher.class).publish(new Closed("7", 1));
			container.start();
			context.getBean(DomainEventPublisher.class).publish(new Closed("7", 2));
			assertThat(next()).isEqualTo(new Closed("7", 2));
		});
	}

	@Test
	void startsAndStopsMethodsById() {
		run(NotStarted.class, (context) -> {
			DomainEventListenerContainer container = container(context);
			assertThat(container.isRunning("later")).isFalse();
			publish(context, "1");
			container.start("later");
			publish(context, "2");
			assertThat(next()).isEqualTo("2");
			container.stop("later");
			assertThat(container.isRunning("later")).isFalse();
		});
	}

	@Test
	void stoppingWaitsForWhatIsInHand() {
		this.runner.withBean("holding", Holding.class).run((context) -> {
			DomainEventListenerContainer container = container(context);
			stopsOnlyAfterTheHandler(context, () -> container.stop("holding.on"));
			container.start("holding.on");
			stopsOnlyAfterTheHandler(context, container::stop);
		});
	}

	private static void stopsOnlyAfterTheHandler(ApplicationContext context, Runnable stop) throws Exception {
		Holding holding = context.getBean(Holding.class);
		publish(context, "1");
		assertThat(holding.begun.tryAcquire(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		Thread stopping = new Thread(stop);
		stopping.start();
		await().atMost(LIMIT).until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
		holding.proceed.release();
		stopping.join(LIMIT.toMillis());
		assertThat(stopping.isAlive()).isFalse();
	}

	@Test
	void saysWhichMethodsThereAreWhereOneIsNotKnown() {
		run(NotStarted.class, (context) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> container(context).start("none"))
				.withMessageContaining("none")
				.withMessageContaining("later");
			assertThatIllegalArgumentException().isThrownBy(() -> container(context).stop("none"));
			assertThatIllegalArgumentException().isThrownBy(() -> container(context).isRunning("none"));
		});
	}

	@Test
	void callsBackAfterAStopFromWithinAHandler() {
		run(Stopping.class, (context) -> {
			publish(context, "1");
			assertThat(next()).isEqualTo("stopped");
		});
	}

	@Test
	void startsNothingWithoutAutoStartup() {
		this.runner.withPropertyValues("events.listener.auto-startup=false")
			.withBean("inferred", Inferred.class)
			.run((context) -> assertThat(container(context).isRunning()).isFalse());
	}

	@Test
	void keepsTheJvmAliveWhileThereAreSubscriptions() {
		List<Thread> others = keepAliveThreads();
		run(Pair.class, (context) -> {
			DomainEventListenerContainer container = container(context);
			List<Thread> first = keepAliveThreadsBut(others);
			assertThat(first).hasSize(1);
			container.stop("one");
			container.stop("other");
			await().atMost(LIMIT).untilAsserted(() -> assertThat(first.get(0).isAlive()).isFalse());
			container.start("one");
			container.start("other");
			List<Thread> second = keepAliveThreadsBut(others);
			assertThat(second).hasSize(1);
			container.stop("one");
			container.start("one");
			assertThat(keepAliveThreadsBut(others)).isEqualTo(second);
			container.stop();
			await().atMost(LIMIT).untilAsserted(() -> assertThat(second.get(0).isAlive()).isFalse());
		});
	}

	@Test
	void keepsNothingAliveWithoutHandlers() {
		List<Thread> others = keepAliveThreads();
		this.runner.run((context) -> assertThat(keepAliveThreadsBut(others)).isEmpty());
	}

	/** Contexts that other tests have left in Spring's cache keep the JVM alive, too. */
	private static List<Thread> keepAliveThreadsBut(List<Thread> others) {
		return keepAliveThreads().stream().filter((thread) -> !others.contains(thread)).toList();
	}

	private static List<Thread> keepAliveThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("events-keep-alive") && !thread.isDaemon())
			.toList();
	}

	static class NotStarted {

		@OnDomainEvent(types = "epoch.closed", id = "later", autoStartup = "false")
		void on(@AppId String app) {
			received.add(app);
		}

	}

	static class Pair {

		@OnDomainEvent(types = "epoch.closed", id = "one")
		void one() {
		}

		@OnDomainEvent(types = "epoch.closed", id = "other")
		void other() {
		}

	}

	static class Holding {

		private final Semaphore begun = new Semaphore(0);

		private final Semaphore proceed = new Semaphore(0);

		@OnDomainEvent("epoch.closed")
		void on() throws InterruptedException {
			this.begun.release();
			assertThat(this.proceed.tryAcquire(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}

	}

	static class Stopping {

		private final DomainEventListenerContainer container;

		Stopping(@Lazy DomainEventListenerContainer container) {
			this.container = container;
		}

		@OnDomainEvent("epoch.closed")
		void on(@AppId String app) {
			this.container.stop(() -> received.add("stopped"));
		}

	}

}
