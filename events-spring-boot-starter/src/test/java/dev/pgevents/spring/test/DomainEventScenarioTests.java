package dev.pgevents.spring.test;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@SpringBootTest(properties = "events.backend=in-memory")
@RecordDomainEvents
class DomainEventScenarioTests {

	private static final Duration SHORT = Duration.ofMillis(50);

	@Autowired
	Claims claims;

	@Autowired
	Publisher publisher;

	@Test
	void waitsForStateAndForEvents(DomainEventScenario scenario) {
		scenario.publish(new Closed("1", 42))
			.within(Duration.ofSeconds(30))
			.andWaitForStateChange(() -> this.claims.find("1"))
			.andExpectHandled(Closed.class)
			.andExpect(Calculated.class)
			.andExpect(Calculated.class, (claim) -> claim.index() == 42)
			.andExpect("claim.*")
			.andExpectHandled("epoch.closed")
			.andVerify((events) -> assertThat(events.published(Calculated.class)).hasSize(1));
	}

	@Test
	void callsTheApplication(DomainEventScenario scenario) {
		scenario.call(() -> this.publisher.publish(Event.of(EventType.of("epoch.closed"), "2", new Closed("2", 7))))
			.andWaitForStateChange(() -> this.claims.calculated.get("2"), (index) -> index != null && index == 7)
			.andExpectHandled(Closed.class); // or what it publishes would count for
												// another test
	}

	@Test
	void whatWasPublishedBeforeDoesNotCount(DomainEventScenario scenario) {
		scenario.publish(Event.of(EventType.of("order.placed"), "1", null)).andExpect("order.placed");
		assertThatThrownBy(() -> scenario.call(() -> {
		}).within(SHORT).andExpect("order.placed")).isInstanceOf(AssertionError.class)
			.hasMessageStartingWith("no order.placed that is wanted was published within PT0.05S")
			.hasMessageEndingWith("nothing");
	}

	@Test
	void failureListsWhatWasSeen(DomainEventScenario scenario) {
		assertThatThrownBy(() -> scenario.publish(new Closed("3", 42))
			.andExpectHandled(Closed.class)
			.andExpect(Calculated.class)
			.within(SHORT)
			.andExpect(Calculated.class, (claim) -> claim.index() == 43)).isInstanceOf(AssertionError.class)
			.hasMessageStartingWith("no Calculated (claim.calculated) that is wanted was published within PT0.05S")
			.hasMessageContaining("epoch.closed")
			.hasMessageContaining("{\"app\":\"3\",\"index\":42} published")
			.hasMessageContaining("handled by calculating");
	}

	@Test
	void failureNamesTheHandlerThatFailed(DomainEventScenario scenario) {
		assertThatThrownBy(() -> scenario.publish(new Closed("refused", 1))
			.andVerify((events) -> await().atMost(Duration.ofSeconds(30)).until(() -> !events.failures().isEmpty()))
			.within(SHORT)
			.andExpect(Calculated.class)).isInstanceOf(AssertionError.class)
			.hasMessageContaining("failed in calculating: java.lang.IllegalStateException: refused");
	}

	@Test
	void failureTellsTheLastState(DomainEventScenario scenario) {
		assertThatThrownBy(() -> scenario.call(() -> {
		}).within(SHORT).andWaitForStateChange(Optional::empty)).isInstanceOf(AssertionError.class)
			.hasMessageContaining("within PT0.05S, but Optional.empty");
		assertThatThrownBy(() -> scenario.call(() -> {
		}).within(SHORT).andWaitForStateChange(() -> {
			throw new IllegalStateException("not there");
		})).isInstanceOf(AssertionError.class).hasMessageContaining("not there").hasRootCauseMessage("not there");
	}

	@Test
	void waitWithoutTimeIsRefused(DomainEventScenario scenario) {
		assertThatIllegalArgumentException().isThrownBy(() -> scenario.call(() -> {
		}).within(Duration.ZERO)).withMessageContaining("PT0S");
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app, long index) {

	}

	@DomainEvent("claim.calculated")
	record Calculated(@AppId String app, long index) {

	}

	static class Claims {

		final Map<String, Long> calculated = new ConcurrentHashMap<>();

		private final DomainEventPublisher publisher;

		Claims(DomainEventPublisher publisher) {
			this.publisher = publisher;
		}

		Optional<Long> find(String app) {
			return Optional.ofNullable(this.calculated.get(app));
		}

		@OnDomainEvent(id = "calculating")
		void on(Closed closed) {
			if (closed.app().equals("refused")) {
				throw new IllegalStateException("refused");
			}
			this.calculated.put(closed.app(), closed.index());
			this.publisher.publish(new Calculated(closed.app(), closed.index()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Claims.class)
	static class Application {

	}

}
