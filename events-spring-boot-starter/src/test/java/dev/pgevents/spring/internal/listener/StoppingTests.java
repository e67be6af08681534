package dev.pgevents.spring.internal.listener;

import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What a bean that outlives its subscription is told, and what runs again.
 */
class StoppingTests extends ReceivingTest {

	private static final EventType CLOSED = EventType.of("epoch.closed");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	@Test
	void beanIsToldOfTheGapWhenItsMethodIsStartedAgain() {
		this.runner.withBean("cache", Cache.class).run((context) -> {
			publish(context, "1");
			assertThat(next()).isEqualTo("1");
			for (int i = 0; i < 3; i++) {
				container(context).stop("cache");
				publish(context, "missed");
				container(context).start("cache");
				publish(context, "2");
				assertThat(next()).isEqualTo(Gap.Reason.STOPPED);
				assertThat(next()).isEqualTo("2");
			}
		});
	}

	@Test
	void beanIsToldOfTheGapWhoeverStopsTheWhole() {
		assertGapAfter((context) -> {
			container(context).stop();
			publish(context, "missed");
			container(context).start();
		});
		assertGapAfter((context) -> {
			context.stop();
			publish(context, "missed");
			context.start();
		});
		assertGapAfter((context) -> {
			context.pause();
			publish(context, "missed");
			context.restart();
		});
	}

	private void assertGapAfter(Consumer<ConfigurableApplicationContext> stopAndStart) {
		this.runner.withBean("cache", Cache.class).run((context) -> {
			stopAndStart.accept(context.getSourceApplicationContext(ConfigurableApplicationContext.class));
			publish(context, "2");
			assertThat(next()).isEqualTo(Gap.Reason.STOPPED);
			assertThat(next()).isEqualTo("2");
		});
	}

	@Test
	void nobodyIsToldOfAGapAtTheFirstStart() {
		this.runner.withBean("cache", Cache.class).withBean("byHand", ByHand.class).run((context) -> {
			container(context).start("byHand");
			publish(context, "1");
			assertThat(next()).asString().startsWith("1");
			assertThat(next()).asString().startsWith("1");
			assertThat(container(context).subscriptions())
				.allSatisfy((subscription) -> assertThat(subscription.stats().gaps()).isZero());
		});
	}

	@Test
	void synchronizesOnceMoreWhenStartedAgain() {
		this.runner.withBean("synchronized", Synchronized.class).run((context) -> {
			assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
			container(context).stop();
			container(context).start();
			assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
			container(context).stop("synchronized.on");
			container(context).start("synchronized.on");
			assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
		});
	}

	@Test
	void applicationListenersAreToldOfTheGap() {
		this.runner.withBean(Listener.class).run((context) -> {
			container(context).stop();
			container(context).start();
			publish(context, "1");
			assertThat(next()).isEqualTo(Gap.Reason.STOPPED);
			assertThat(next()).isEqualTo("1");
		});
	}

	@Test
	void startsAgainWhatRanWhenItWasStopped() {
		this.runner.withBean("cache", Cache.class)
			.withBean("byHand", ByHand.class)
			.withBean("synchronized", Synchronized.class)
			.run((context) -> {
				DomainEventListenerContainer container = container(context);
				container.stop("cache");
				container.start("byHand");
				container.stop();
				assertThat(container.ids()).noneMatch(container::isRunning);
				container.start();
				assertThat(container.ids()).filteredOn(container::isRunning)
					.containsExactlyInAnyOrder("byHand", "synchronized.on");
				container.start("cache");
				publish(context, "1");
				await().atMost(LIMIT).until(() -> received.contains(SyncTrigger.Cause.STARTUP));
			});
	}

	@Test
	void pausedMethodGetsWhatHasWaitedOnceItIsResumed() {
		this.runner.withBean("cache", Cache.class).withBean("synchronized", Synchronized.class).run((context) -> {
			assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
			DomainEventListenerContainer container = container(context);
			container.pause("cache");
			assertThat(container.isPaused("cache")).isTrue();
			publish(context, "1");
			assertThat(next()).as("others go on").isEqualTo(SyncTrigger.Cause.EVENT);
			assertThat(container.subscriptions()).singleElement()
				.satisfies((subscription) -> assertThat(subscription.stats().queued()).isEqualTo(1));
			container.resume("cache");
			assertThat(next()).isEqualTo("1");
			assertThat(container.isPaused("cache")).isFalse();
			container.pause("cache");
			container.stop("cache");
			assertThat(container.isPaused("cache")).isFalse();
			container.start("cache");
			assertThat(next()).isEqualTo(Gap.Reason.STOPPED);
		});
	}

	@Test
	void synchronizingMethodRunsWhenAsked() {
		this.runner.withBean("cache", Cache.class).withBean("synchronized", Synchronized.class).run((context) -> {
			assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
			container(context).resync("synchronized.on");
			assertThat(next()).isEqualTo(SyncTrigger.Cause.GAP);
		});
	}

	@Test
	void whatCannotBePausedOrRunSaysWhy() {
		this.runner.withBean("cache", Cache.class)
			.withBean("byHand", ByHand.class)
			.withBean("synchronized", Synchronized.class)
			.run((context) -> {
				DomainEventListenerContainer container = container(context);
				assertThatIllegalArgumentException().isThrownBy(() -> container.pause("synchronized.on"))
					.withMessageContaining("stop it instead");
				assertThatIllegalArgumentException().isThrownBy(() -> container.resync("cache"))
					.withMessageContaining("@SyncOnDomainEvent");
				assertThatIllegalArgumentException().isThrownBy(() -> container.pause("none"))
					.withMessageContaining("cache");
				assertThatIllegalStateException().isThrownBy(() -> container.pause("byHand"))
					.withMessageContaining("start it first");
			});
	}

	private static DomainEventListenerContainer container(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class);
	}

	private static void publish(ApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(CLOSED, app, null));
	}

	static class Cache {

		@OnDomainEvent(types = "epoch.closed", id = "cache")
		void on(@AppId String app) {
			received.add(app);
		}

		@OnGap
		void on(Gap gap) {
			received.add(gap.reason());
		}

	}

	static class ByHand {

		@OnDomainEvent(types = "epoch.closed", id = "byHand", autoStartup = "false")
		void on(@AppId String app) {
			received.add(app + " by hand");
		}

		@OnGap
		void on(Gap gap) {
			received.add(gap.reason() + " by hand");
		}

	}

	static class Synchronized {

		@SyncOnDomainEvent(types = "epoch.closed", every = "1h")
		void on(SyncTrigger trigger) {
			received.add(trigger.cause());
		}

	}

	static class Listener {

		@EventListener
		void on(Event event) {
			received.add(String.valueOf(event.appId()));
		}

		@EventListener
		void on(Gap gap) {
			received.add(gap.reason());
		}

	}

}
