package dev.pgevents.spring.internal.handling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Interceptors around publishing and handling.
 */
class InterceptorTests extends OrderHandlerTest {

	private static final BlockingQueue<String> said = new LinkedBlockingQueue<>();

	@BeforeEach
	void forgetWhatWasSaid() {
		said.clear();
	}

	@Test
	void letsInterceptorsAroundPublishingAndHandling() {
		this.runner.withUserConfiguration(Interceptors.class).withBean(Intercepted.class).run((context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			publisher.publish(Event.of(PLACED, "1", null));
			assertThat(next()).isEqualTo("tenant of first and second");
			// The listening thread may handle the event before publish returns: each
			// thread has an order of its own.
			assertThat(said).filteredOn((line) -> line.contains("publish"))
				.containsExactly("first publishes", "second publishes", "second published", "first published");
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThat(said).filteredOn((line) -> line.contains("handle"))
					.containsExactly("first handles", "second handles", "second handled", "first handled"));
			publisher.publishAll(List.of(Event.of(PLACED, "2", null)));
			assertThat(next()).isEqualTo("tenant of first and second");
			publisher.publishAsync(Event.of(PLACED, "3", null)).join();
			assertThat(next()).isEqualTo("tenant of first and second");
		});
	}

	@Test
	void publishesNothingThatAnInterceptorRefuses() {
		this.runner.withUserConfiguration(Interceptors.class).withBean(Intercepted.class).run((context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			assertThatIllegalStateException().isThrownBy(() -> publisher.publish(Event.of(PLACED, "refused", null)))
				.withMessage("refused by first");
			assertThat(publisher.publishAsync(Event.of(PLACED, "swallowed", null))).isCompleted();
			publisher.publish(Event.of(PLACED, "1", null));
			assertThat(next()).isEqualTo("tenant of first and second");
			assertThat(stats(context).received()).isEqualTo(1);
		});
	}

	@Test
	void interceptorThatThrowsFailsThatHandlingAndNoOther() {
		DomainEventInterceptor throwing = new DomainEventInterceptor() {

			@Override
			public void aroundHandle(String subscription, Event event, Handling handling) throws Exception {
				if ("1".equals(event.appId())) {
					throw new IllegalStateException("by the interceptor of " + subscription);
				}
				handling.proceed();
			}
		};
		this.runner.withBean("own", Recording.class)
			.withBean(DomainEventInterceptor.class, () -> throwing)
			.withBean("handler", Receiving.class)
			.run((context) -> {
				context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
				assertThat(next()).isEqualTo("own: by the interceptor of handler.on");
				context.getBean(Publisher.class).publish(Event.of(PLACED, "2", null));
				assertThat(next()).isEqualTo("handled 2");
				assertThat(stats(context).failed()).isEqualTo(1);
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class Interceptors {

		@Bean
		@Order(2)
		DomainEventInterceptor second() {
			return new Tenant("second");
		}

		@Bean
		@Order(1)
		DomainEventInterceptor first() {
			return new Tenant("first");
		}

	}

	record Tenant(String name) implements DomainEventInterceptor {

		private static final ThreadLocal<List<String>> current = ThreadLocal.withInitial(ArrayList::new);

		private static volatile String seen;

		@Override
		public void aroundPublish(List<Event> events, Publishing publishing) {
			if ("refused".equals(events.get(0).appId())) {
				throw new IllegalStateException("refused by " + this.name);
			}
			if ("swallowed".equals(events.get(0).appId())) {
				return;
			}
			said.add(this.name + " publishes");
			publishing.proceed(events.stream().map(this::withHeader).toList());
			said.add(this.name + " published");
		}

		private Event withHeader(Event event) {
			return Event.builder(event.type())
				.id(event.id())
				.appId(event.appId())
				.payload(event.payload())
				.headers(event.headers())
				.header(this.name, this.name)
				.build();
		}

		@Override
		public void aroundHandle(String subscription, Event event, Handling handling) throws Exception {
			said.add(this.name + " handles");
			current.get().add(String.valueOf(event.headers().get(this.name)));
			try {
				handling.proceed();
			}
			finally {
				current.get().remove(this.name);
				said.add(this.name + " handled");
				if (this.name.equals("first")) {
					received.add("tenant of " + seen);
				}
			}
		}
	}

	static class Intercepted {

		@OnDomainEvent("order.placed")
		void on() {
			Tenant.seen = String.join(" and ", Tenant.current.get());
		}

	}

	static class Receiving {

		@OnDomainEvent("order.placed")
		void on(@AppId String app) {
			received.add("handled " + app);
		}

	}

}
