package dev.pgevents.readme;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.PayloadUpcaster;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;

/**
 * The examples of {@code docs/spring.md}, in their order.
 */
class SpringPageExamples {

	@DomainEvent("epoch.closed")
	record EpochClosed(@AppId String app, long index) {

	}

	static class Claims {

		final AtomicInteger computations = new AtomicInteger();

		void computeMissing() {
			this.computations.incrementAndGet();
		}

	}

	static class Handlers {

		@OnDomainEvent(types = { "epoch.closed", "input.*" }, apps = "${app.id}", concurrency = "4")
		void on(Event event, EpochClosed payload, @AppId String app, EventType type, Instant published,
				@Header("traceparent") String trace) {
		}

	}

	record Syncs(Claims claims) {

		@SyncOnDomainEvent(types = "epoch.closed", every = "30s")
		void catchUp() {
			claims.computeMissing();
		}

	}

	record Publishing(Publisher publisher, DomainEventPublisher domainEventPublisher) {

		void publish(String app) {
			publisher.publish(Event.of(EventTypes.EPOCH_CLOSED, app, new EpochClosed(app, 42)));
			domainEventPublisher.publish(new EpochClosed(app, 42));
		}

	}

	static class Listeners {

		@EventListener(condition = "#e.type.value == 'epoch.closed'")
		void on(Event e) {
		}

		@EventListener
		void on(EpochClosed closed) {
		} // a class with @DomainEvent in the application's packages

	}

	@DomainEvent(value = "order.placed", externalize = true)
	record OrderPlaced(@AppId String app, long id) {

	}

	static class Orders {

		@OnDomainEvent(types = "order.placed", errorHandler = "deadLetters")
		void on(OrderPlaced order) {
		}

	}

	static class LargeOrders {

		@OnDomainEvent(condition = "#order.id > ${orders.first:1000} && #event.headers['test'] == null")
		void on(OrderPlaced order) {
		}

	}

	static class Cache {

		@OnDomainEvent(types = "order.*", ignoreOwn = true)
		void evict(@AppId String app) {
		}

	}

	@Component
	class OrderUpcaster implements PayloadUpcaster {

		@Override
		public String upcast(Event event, String json) {
			return event.type().value().equals("order.placed") ? json.replace("\"number\":", "\"id\":") : json;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	class Resilience {

	}

	@Component
	class Shipping {

		@OnDomainEvent("order.placed")
		@Retryable(includes = ResourceAccessException.class, maxRetries = 2, delay = 200)
		void ship(@AppId String app) {
		}

	}

	static class Tenant {

		private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

		static void set(String tenant) {
			CURRENT.set(tenant);
		}

		static String current() {
			return CURRENT.get();
		}

		static void clear() {
			CURRENT.remove();
		}

	}

	@Component
	class Tenants implements DomainEventInterceptor {

		@Override
		public void aroundPublish(List<Event> events, Publishing publishing) {
			publishing.proceed(events.stream().map((event) -> event.withHeader("tenant", Tenant.current())).toList());
		}

		@Override
		public void aroundHandle(String subscription, Event event, Handling handling) throws Exception {
			Tenant.set(event.headers().get("tenant"));
			try {
				handling.proceed();
			}
			finally {
				Tenant.clear();
			}
		}

	}

}
