package dev.pgevents.spring.test;

import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.ReactivePublisher;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.verify;

/**
 * What publishes can be tested in a slice as it is.
 */
class SlicePublisherTests {

	@JsonTest
	@Import(Epochs.class)
	@RecordDomainEvents
	@Nested
	class JsonSlice {

		@Test
		void recordsAndSendsNothing(@Autowired Epochs epochs, DomainEvents events) {
			epochs.close("1");
			assertThat(events.published(Closed.class)).containsExactly(new Closed("1"));
			assertThat(events.published()).hasSize(3);
			assertThat(events.handled()).isEmpty();
		}

		@Test
		void recordsWhatIsPublishedReactivelyOnceItIsSubscribedTo(@Autowired ReactivePublisher reactive,
				DomainEvents events) {
			Mono<Void> one = reactive.publish(Event.of(EventTypes.EPOCH_OPENED, "1", null));
			Mono<Void> more = reactive.publishAll(List.of(Event.of(EventTypes.EPOCH_CLOSED, "2", null)));
			assertThat(events.published()).isEmpty();
			one.then(more).block();
			assertThat(events.published()).extracting(Event::appId).containsExactly("1", "2");
		}

		@Test
		void refusesWhatTheRealOneRefuses(@Autowired DomainEventPublisher payloads) {
			assertThatIllegalArgumentException().isThrownBy(() -> payloads.publish("text"))
				.withMessageContaining("@DomainEvent");
		}

	}

	@DataJpaTest
	@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
	@Import(Epochs.class)
	@RecordDomainEvents
	@Nested
	class JpaSlice {

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry registry) {
			TestPostgres database = TestPostgres.shared();
			registry.add("spring.datasource.url", database::url);
			registry.add("spring.datasource.username", database::user);
			registry.add("spring.datasource.password", database::password);
		}

		@Test
		void recordsInTheTransactionOfTheTest(@Autowired Epochs epochs, DomainEvents events) {
			epochs.close("1");
			assertThat(events.published(Closed.class)).containsExactly(new Closed("1"));
		}

	}

	@JsonTest
	@Import(Epochs.class)
	@Nested
	class SliceWithAMock {

		@MockitoBean
		Publisher publisher;

		@MockitoBean
		ReactivePublisher reactive;

		@Test
		void mocksTakeTheirPlaces(@Autowired Epochs epochs) {
			this.reactive.publish(Event.of(EventTypes.EPOCH_OPENED, "1", null));
			verify(this.reactive).publish(any());
			epochs.close("1");
			verify(this.publisher).publishAll(any());
		}

	}

	@JsonTest
	@TestPropertySource(properties = "events.enabled=false")
	@Nested
	class SliceWithoutEvents {

		@Test
		void noneWhereTheApplicationHasNone(@Autowired ObjectProvider<Publisher> publisher,
				@Autowired ObjectProvider<ReactivePublisher> reactive) {
			assertThat(publisher.getIfAvailable()).isNull();
			assertThat(reactive.getIfAvailable()).isNull();
		}

	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app) {

	}

	record Epochs(Publisher publisher, DomainEventPublisher payloads) {

		void close(String app) {
			this.payloads.publish(new Closed(app));
			this.publisher.publishAsync(Event.of(EventTypes.EPOCH_OPENED, app, null)).join();
			this.publisher.publishAll(List.of(Event.of(EventTypes.EPOCH_OPENED, app, null)));
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
