package dev.pgevents.spring.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.ReactivePublisher;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@SpringBootTest(properties = "events.backend=in-memory")
@RecordDomainEvents
@TestMethodOrder(MethodOrderer.MethodName.class)
class RecordDomainEventsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	@Autowired
	DomainEventPublisher payloads;

	@Autowired
	Publisher publisher;

	@Autowired
	DomainEvents autowired;

	@Test
	void publishedAndHandledAreTyped(DomainEvents events) {
		this.payloads.publish(new Closed("1", 42));
		await().atMost(LIMIT).until(() -> !events.handled(Closed.class).isEmpty());
		assertThat(events.published(Closed.class)).containsExactly(new Closed("1", 42));
		assertThat(events.handled(Closed.class)).containsExactly(new Closed("1", 42));
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(events.published(Computed.class)).containsExactly(new Computed("1")));
		assertThat(events.published()).extracting(Event::appId).containsOnly("1");
		assertThat(events.published("epoch.*")).hasSize(2);
		assertThat(events.published("epoch.computed")).hasSize(1);
		assertThat(events.handledBy("computing")).extracting(Event::type).containsExactly(EventType.of("epoch.closed"));
		assertThat(events.handled("epoch.closed")).isEqualTo(events.handledBy("computing"));
		assertThat(events.failures()).isEmpty();
		assertThat(events).isSameAs(this.autowired);
	}

	@Test
	void recordsFromWhateverThread(DomainEvents events) throws InterruptedException {
		Thread other = new Thread(() -> this.publisher.publishAsync(event("order.placed")).join());
		other.start();
		other.join();
		this.publisher.publishAll(List.of(event("order.paid"), event("order.sent")));
		assertThat(events.published()).extracting((event) -> event.type().value())
			.containsExactly("order.placed", "order.paid", "order.sent");
	}

	@Test
	void recordsWhatIsPublishedReactivelyOnceItIsSubscribedTo(@Autowired ReactivePublisher reactive,
			DomainEvents events) {
		Mono<Void> publishing = reactive.publishAll(List.of(event("order.paid"), event("order.sent")));
		assertThat(events.published()).isEmpty();
		publishing.block(LIMIT);
		assertThat(events.published()).extracting((event) -> event.type().value())
			.containsExactly("order.paid", "order.sent");
	}

	@Test
	void failuresAreToldWithTheirHandler(DomainEvents events) {
		this.publisher.publish(event("order.refused"));
		await().atMost(LIMIT).until(() -> !events.failures().isEmpty());
		assertThat(events.failures()).singleElement().satisfies((failure) -> {
			assertThat(failure.handler()).isEqualTo("refusing");
			assertThat(failure.event().type()).hasToString("order.refused");
			assertThat(failure.exception()).hasMessage("refused");
		});
		assertThat(events.handled()).isEmpty();
	}

	@RepeatedTest(2)
	void nothingIsKeptFromTheTestBefore(DomainEvents events) {
		assertThat(events.published()).isEmpty();
		this.publisher.publish(event("order.placed"));
		assertThat(events.published()).hasSize(1);
		events.clear();
		assertThat(events.published()).isEmpty();
	}

	@Test
	void publishedIsWhatWasAccepted(DomainEvents events) {
		assertThatThrownBy(() -> this.payloads.publish("no payload class")).isNotNull();
		assertThat(events.published()).isEmpty();
	}

	@Test
	void classWithoutTypeIsRefused(DomainEvents events) {
		assertThatIllegalArgumentException().isThrownBy(() -> events.published(String.class))
			.withMessageContaining("java.lang.String has no @DomainEvent");
	}

	@Test
	void payloadsOfOtherClassesAreRead(DomainEvents events) {
		this.publisher.publish(Event.of(EventType.of("epoch.seen"), "1", Map.of("index", 7)));
		assertThat(events.published(Seen.class)).containsExactly(new Seen(7));
		this.publisher.publish(Event.of(EventType.of("epoch.seen"), "1", null));
		assertThat(events.published(Seen.class)).hasSize(1);
	}

	@Nested
	class NestedTests {

		@Test
		void nestedClassesRecordToo(DomainEvents events) {
			RecordDomainEventsTests.this.publisher.publish(event("order.placed"));
			assertThat(events.published()).hasSize(1);
		}

	}

	private static Event event(String type) {
		return Event.of(EventType.of(type), null, null);
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app, long index) {

	}

	@DomainEvent("epoch.computed")
	record Computed(@AppId String app) {

	}

	@DomainEvent("epoch.seen")
	record Seen(int index) {

	}

	record Handlers(DomainEventPublisher publisher) {

		@OnDomainEvent(id = "computing")
		void on(Closed closed) {
			this.publisher.publish(new Computed(closed.app()));
		}

		@OnDomainEvent(value = "order.refused", id = "refusing")
		void on(Event event) {
			throw new IllegalStateException("refused");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Handlers.class)
	static class Application {

	}

	/** Without the annotation. */
	@SpringBootTest(classes = Application.class, properties = "events.backend=in-memory")
	static class NotRecording {

	}

	@Test
	void contextsAreSharedWithClassesThatDoNotRecord() {
		TestContextManager other = new TestContextManager(NotRecording.class);
		assertThat(other.getTestContext().getApplicationContext().getBean(DomainEvents.class)).isSameAs(this.autowired);
	}

	@Test
	void withoutTheAnnotationSaysWhatIsMissing() throws Exception {
		TestContextManager other = new TestContextManager(NotRecording.class);
		DomainEventRecorder recorder = (DomainEventRecorder) this.autowired;
		recorder.end();
		other.beforeTestMethod(this, getClass().getDeclaredMethod("withoutTheAnnotationSaysWhatIsMissing"));
		assertThatIllegalStateException().isThrownBy(this.autowired::published)
			.withMessageContaining("@RecordDomainEvents");
	}

}
