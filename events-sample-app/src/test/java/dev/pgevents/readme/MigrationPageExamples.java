package dev.pgevents.readme;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The service of {@code docs/migration-from-polling.md}, step by step.
 */
class MigrationPageExamples {

	@DomainEvent("order.placed")
	record OrderPlaced(@AppId String customer, long order) {
	}

	/** Where parcels go. */
	interface Parcels {

		void send(long order);

	}

	/** The table. */
	record Orders(JdbcClient jdbc) {

		/** Takes what is placed; another instance at the same time takes other rows. */
		List<Long> takePlaced() {
			return this.jdbc.sql("""
					UPDATE orders SET state = 'SHIPPED' WHERE id IN
					    (SELECT id FROM orders WHERE state = 'PLACED' ORDER BY id FOR UPDATE SKIP LOCKED)
					RETURNING id""").query(Long.class).list();
		}

		void insert(String customer, long order) {
			this.jdbc.sql("INSERT INTO orders (id, customer, state) VALUES (?, ?, 'PLACED')")
				.params(order, customer)
				.update();
		}

	}

	/** Step 0. */
	static class Polling {

		@Component
		static class Shipping {

			private final Orders orders;

			private final Parcels parcels;

			Shipping(Orders orders, Parcels parcels) {
				this.orders = orders;
				this.parcels = parcels;
			}

			@Scheduled(fixedDelay = 30, timeUnit = TimeUnit.SECONDS)
			@Transactional
			void shipPlaced() {
				this.orders.takePlaced().forEach(this.parcels::send);
			}

		}

	}

	/** Steps 1 and 3. */
	static class Hybrid {

		@Component
		static class Shipping {

			private final Orders orders;

			private final Parcels parcels;

			Shipping(Orders orders, Parcels parcels) {
				this.orders = orders;
				this.parcels = parcels;
			}

			@SyncOnDomainEvent(types = "order.placed", every = "30s")
			@Transactional
			public void shipPlaced() {
				this.orders.takePlaced().forEach(this.parcels::send);
			}

		}

	}

	/** Step 2. */
	@Component
	static class Checkout {

		private final Orders orders;

		private final DomainEventPublisher publisher;

		Checkout(Orders orders, DomainEventPublisher publisher) {
			this.orders = orders;
			this.publisher = publisher;
		}

		@Transactional
		public void place(String customer, long order) {
			this.orders.insert(customer, order);
			// Leaves with the commit.
			this.publisher.publish(new OrderPlaced(customer, order));
		}

	}

	/** Step 4. */
	@Component
	static class Page {

		final List<Long> shown = new CopyOnWriteArrayList<>();

		@OnDomainEvent
		void on(OrderPlaced placed) {
			this.shown.add(placed.order());
		}

	}

}
