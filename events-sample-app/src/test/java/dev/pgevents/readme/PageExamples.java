package dev.pgevents.readme;

import java.util.List;
import java.util.Optional;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.verify;

/**
 * Examples of pages that have no class of their own, for {@link SnippetTests}: what the
 * compiler accepts here, readers may copy there.
 */
interface PageExamples {

	// docs/event-catalog.md, docs/for-coding-assistants.md

	@DomainEvent("order.placed")
	record OrderPlaced(@AppId String customer, long order) {
	}

	// docs/for-coding-assistants.md

	@Component
	class Shipping {

		@SyncOnDomainEvent(types = "order.placed", every = "30s")
		@Transactional
		public void shipPlaced() {
		}

		@OnDomainEvent
		void on(OrderPlaced placed, @AppId String customer) {
		}

		@OnGap
		void on(Gap gap) {
		}

	}

	static void publish(DomainEventPublisher domainEventPublisher, Publisher publisher, Object payload) {
		domainEventPublisher.publish(new OrderPlaced("c1", 42));
		publisher.publish(Event.of(EventType.of("order.placed"), "c1", payload));
	}

	// docs/hybrid-pattern.md

	interface Epochs {

		List<Long> move(String app, String from, String to);

	}

	interface Applications {

		List<String> readActive();

	}

	record ClaimCalculated(@AppId String app, long epoch) {
	}

	String INPUTS_PROCESSED = "INPUTS_PROCESSED";

	String CLAIM_CALCULATED = "CLAIM_CALCULATED";

	@Service
	@Transactional
	class Validator {

		private final Epochs epochs;

		private final Applications applications;

		private final DomainEventPublisher publisher;

		Validator(Epochs epochs, Applications applications, DomainEventPublisher publisher) {
			this.epochs = epochs;
			this.applications = applications;
			this.publisher = publisher;
		}

		@OnDomainEvent(EventTypes.EPOCH_INPUTS_PROCESSED_VALUE)
		void calculate(@AppId String app) {
			calculateAll(app);
		}

		@SyncOnDomainEvent(types = { "app.*", EventTypes.EPOCH_INPUTS_PROCESSED_VALUE }, every = "30s")
		void catchUp() {
			this.applications.readActive().forEach(this::calculateAll);
		}

		private void calculateAll(String app) {
			for (long epoch : this.epochs.move(app, INPUTS_PROCESSED, CLAIM_CALCULATED)) {
				this.publisher.publish(new ClaimCalculated(app, epoch));
			}
		}

	}

	// docs/durable-events.md

	interface Invoices {

		void create(OrderPlaced order);

	}

	@Component
	class Billing {

		private final Invoices invoices;

		Billing(Invoices invoices) {
			this.invoices = invoices;
		}

		@OnDomainEvent(group = "billing")
		@Transactional
		void on(OrderPlaced order) {
			invoices.create(order);
		}

	}

	// docs/how-to.md

	interface Orders {

		void place(OrderPlaced order);

	}

	interface Shipments {

		Optional<OrderPlaced> of(long order);

	}

	Orders orders = (placed) -> {
	};

	OrderPlaced order = new OrderPlaced("7", 42);

	@SpringBootTest
	class OrdersTests {

		@MockitoBean
		Publisher publisher;

		@Test
		void tellsOfNewOrders() {
			orders.place(order);
			verify(publisher).publish(argThat((event) -> event.type().equals(EventType.of("order.placed"))));
		}

	}

	static void overPostgres(DomainEventPublisher publisher, Shipments shipments) {
		publisher.publish(new OrderPlaced("7", 42));
		await().untilAsserted(() -> assertThat(shipments.of(42)).isPresent());
	}

	class Audit {

		String user = "";

		String password = "";

		@Bean(defaultCandidate = false)
		@Qualifier("audit")
		PostgresEventBus auditBus() {
			return PostgresEventBus.builder()
				.name("audit")
				.listener(ConnectionSource.url("jdbc:postgresql://audit/db", user, password))
				.build();
		}

	}

}
