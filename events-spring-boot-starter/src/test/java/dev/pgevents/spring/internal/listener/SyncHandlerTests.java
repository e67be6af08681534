package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.SyncRun;
import dev.pgevents.spring.SyncRunListener;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Methods that synchronize.
 */
class SyncHandlerTests extends HandlerTest {

	@Test
	void synchronizesAtStartAndOnEvents() {
		run(Synchronized.class, (context) -> {
			assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
			publish(context, "1");
			assertThat(next()).isEqualTo(SyncTrigger.Cause.EVENT);
		});
	}

	@Test
	void listenersAreToldOfEachRunOfASynchronizingMethod() {
		List<SyncRun> runs = new CopyOnWriteArrayList<>();
		this.runner.withBean(FailsAtAnEvent.class).withBean("fails", SyncRunListener.class, () -> (run) -> {
			throw new IllegalStateException("a listener that fails");
		}).withBean("records", SyncRunListener.class, () -> runs::add).run((context) -> {
			await().atMost(Duration.ofSeconds(20)).until(() -> runs.size() == 1);
			assertThat(runs.get(0).trigger().cause()).isEqualTo(SyncTrigger.Cause.STARTUP);
			assertThat(runs.get(0).failure()).isNull();
			publish(context, "1");
			await().atMost(Duration.ofSeconds(20)).until(() -> runs.size() >= 2);
			assertThat(runs.get(1).trigger().cause()).isEqualTo(SyncTrigger.Cause.EVENT);
			assertThat(runs.get(1).failure()).hasMessage("no event please");
			assertThat(runs.get(1).id()).isIn(container(context).ids());
			assertThat(runs.get(1).took()).isPositive();
			assertThat(runs.get(1).started()).isAfterOrEqualTo(runs.get(0).started());
		});
	}

	@Test
	void pollsAtTheCadenceOfADeafBusWhereListeningIsSwitchedOff() {
		this.runner
			.withPropertyValues("events.backend=postgres", "events.listener.enabled=false",
					"events.postgres.url=jdbc:postgresql://localhost:1/none")
			.withBean(Synchronized.class)
			.run((context) -> {
				assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
				assertThat(next()).isEqualTo(SyncTrigger.Cause.INTERVAL);
			});
	}

	static class Synchronized {

		@SyncOnDomainEvent(types = "epoch.closed", every = "1h")
		void sync(SyncTrigger trigger) {
			received.add(trigger.cause());
		}

	}

	static class FailsAtAnEvent {

		@SyncOnDomainEvent(types = "epoch.closed", every = "1h")
		void sync(SyncTrigger trigger) {
			if (trigger.cause() == SyncTrigger.Cause.EVENT) {
				throw new IllegalStateException("no event please");
			}
		}

	}

}
