package dev.pgevents.spring.internal.handling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.ReactivePublisher;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.TaskDecorator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What surrounds each call of a handler and each publishing.
 */
class SurroundingsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final EventType PLACED = EventType.of("order.placed");

	private static final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	private static final BlockingQueue<String> said = new LinkedBlockingQueue<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("events.backend=in-memory");

	@BeforeEach
	void forget() {
		received.clear();
		said.clear();
	}

	@ParameterizedTest
	@ValueSource(classes = { Forwarding.class, ForwardingReactively.class, ForwardingEvent.class, ForwardingAsync.class,
			ForwardingAll.class, ForwardingReordered.class, ForwardingHandler.class })
	void refusesToPublishTheEventInHand(Class<?> handler) {
		run(handler, (context) -> {
			context.getBean(DomainEventPublisher.class).publish(new Placed("7", 1));
			assertThat(next()).isInstanceOfSatisfying(IllegalStateException.class,
					(ex) -> assertThat(ex).hasMessageContainingAll("event order.placed is not published",
							"same type and an equal payload", "Publish an event of another type"));
			await().atMost(LIMIT).untilAsserted(() -> {
				SubscriptionStats stats = stats(context);
				assertThat(stats.handled() + stats.failed()).isEqualTo(1);
				assertThat(stats.received()).isEqualTo(1);
			});
		});
	}

	@Test
	void noEventGoesRoundBetweenTwoServices() {
		ApplicationContextRunner service = this.runner
			.withPropertyValues("events.backend=postgres", "events.channels.name=echo",
					"events.postgres.url=" + TestPostgres.shared().url(), "events.postgres.username=postgres")
			.withBean(ForwardingHandler.class);
		service.run((one) -> service.run((other) -> {
			one.getBean(DomainEventPublisher.class).publish(new Placed("7", 1));
			assertThat(next()).isInstanceOf(IllegalStateException.class);
			assertThat(next()).isInstanceOf(IllegalStateException.class);
			// Had either sent it on, the other would have received it before this one.
			one.getBean(Publisher.class).publish(Event.of(PLACED, "8", new Placed("8", 2)));
			await().atMost(LIMIT)
				.untilAsserted(
						() -> assertThat(List.of(stats(one).failed(), stats(other).failed())).containsExactly(2L, 2L));
			assertThat(List.of(stats(one).received(), stats(other).received())).containsExactly(2L, 2L);
		}));
	}

	@Test
	void publishesWhatFollowsFromTheEventInHand() {
		run(Following.class, (context) -> {
			context.getBean(DomainEventPublisher.class).publish(new Placed("7", 3));
			assertThat(next()).isEqualTo(new Placed("7", 3));
			assertThat(next()).isEqualTo(new Placed("7", 2));
			assertThat(next()).isEqualTo(new Placed("7", 1));
		});
	}

	@Test
	void comparesTheAppWhereThereIsNoPayload() {
		run(FanningOut.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "all", null));
			assertThat(next()).isEqualTo("all");
			assertThat(next()).isEqualTo("one");
			assertThat(next()).isInstanceOf(IllegalStateException.class);
		});
	}

	@Test
	void forgetsTheEventAfterItsHandling() {
		Event event = Event.of(PLACED, "1", null);
		assertThatIllegalStateException().isThrownBy(() -> EventInHand.held((each) -> {
			assertThat(EventInHand.current()).isEqualTo(event);
			throw new IllegalStateException("on purpose");
		}).onEvent(event));
		assertThat(EventInHand.current()).isNull();
	}

	@ParameterizedTest
	@ValueSource(classes = { Leaving.class, LeavingListener.class })
	void leavesNothingOfACallToTheNext(Class<?> handler) {
		run(handler, (context) -> {
			for (int i = 0; i < 200; i++) {
				context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
			}
			for (int i = 0; i < 200; i++) {
				assertThat(next()).isEqualTo("null " + Locale.getDefault());
			}
		});
	}

	@Test
	void decoratesEachCallOnThreadsOfTheBus() {
		decorates(this.runner);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void decoratesEachCallOnVirtualThreads() {
		decorates(this.runner.withPropertyValues("spring.threads.virtual.enabled=true"));
	}

	private void decorates(ApplicationContextRunner runner) {
		runner.withUserConfiguration(Decorators.class)
			.withBean(Decorated.class)
			.withBean(DecoratedSync.class)
			.run((context) -> {
				context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
				context.getBean(Publisher.class).publish(Event.of(PLACED, "2", null));
				List<Object> all = new ArrayList<>();
				for (int i = 0; i < 3; i++) {
					all.add(next());
				}
				assertThat(all).contains("outer inner 1", "outer inner 2", "sync outer inner");
			});
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

	@Test
	void errorHandlerMayPauseTheMethodUntilAPersonHasLooked() {
		this.runner.withBean(EventErrorHandler.class, Pausing::new)
			.withBean("handler", FailingFirst.class)
			.run((context) -> {
				context.getBean(Pausing.class).container = context.getBean(DomainEventListenerContainer.class);
				context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
				assertThat(next()).isEqualTo("paused");
				context.getBean(Publisher.class).publish(Event.of(PLACED, "2", null));
				await().atMost(LIMIT).until(() -> stats(context).queued() == 1);
				assertThat(received).isEmpty();
				context.getBean(DomainEventListenerContainer.class).resume("handler.on");
				assertThat(next()).isEqualTo("handled 2");
			});
	}

	@Test
	void tellsErrorHandlersOfFailures() {
		this.runner.withBean("own", Recording.class).withBean(Failing.class).run((context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
			assertThat(next()).isEqualTo("own: on purpose");
		});
		this.runner.withBean("own", Recording.class)
			.withBean("other", Recording.class)
			.withBean(FailingWithOther.class)
			.run((context) -> {
				context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
				assertThat(next()).isEqualTo("other: on purpose");
			});
		this.runner.withUserConfiguration(BridgeErrors.class).run((context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
			assertThat(next()).isEqualTo("own: on purpose");
		});
	}

	private void run(Class<?> handler, Consumer<ApplicationContext> test) {
		this.runner.withBean("handler", handler).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private static SubscriptionStats stats(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().stats();
	}

	private static Object next() {
		try {
			Object next = received.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(next).as("nothing arrived").isNotNull();
			return next;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void recordFailure(Runnable publishing) {
		try {
			publishing.run();
			received.add("published");
		}
		catch (RuntimeException ex) {
			received.add(ex);
			throw ex;
		}
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	@DomainEvent("order.placed")
	record Placed(@AppId String order, int count) {

	}

	record Forwarding(DomainEventPublisher publisher) {

		@EventListener
		void forward(Placed placed) {
			recordFailure(() -> this.publisher.publish(placed));
		}

	}

	record ForwardingEvent(Publisher publisher) {

		@EventListener
		void forward(Event event) {
			recordFailure(() -> this.publisher.publish(event));
		}

	}

	record ForwardingAsync(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Event event) {
			recordFailure(() -> this.publisher.publishAsync(event));
		}

	}

	record ForwardingAll(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Event event) {
			recordFailure(() -> this.publisher.publishAll(List.of(event)));
		}

	}

	record Reordered(int count, String order) {

	}

	record ForwardingReordered(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Reordered payload) {
			recordFailure(() -> this.publisher.publish(Event.of(PLACED, "other", payload)));
		}

	}

	record ForwardingReactively(ReactivePublisher publisher) {

		@OnDomainEvent("order.placed")
		void forward(Event event) {
			recordFailure(() -> this.publisher.publish(event).block());
		}

	}

	record ForwardingHandler(DomainEventPublisher publisher) {

		@OnDomainEvent
		void forward(Placed placed) {
			recordFailure(() -> this.publisher.publish(placed));
		}

	}

	record Following(DomainEventPublisher publisher) {

		@OnDomainEvent
		void follow(Placed placed) {
			received.add(placed);
			if (placed.count() > 1) {
				this.publisher.publish(new Placed(placed.order(), placed.count() - 1));
			}
		}

	}

	record FanningOut(Publisher publisher) {

		@OnDomainEvent("order.placed")
		void fanOut(@AppId String app) {
			received.add(app);
			if (app.equals("all")) {
				this.publisher.publish(Event.of(PLACED, "one", null));
			}
			else {
				recordFailure(() -> this.publisher.publish(Event.of(PLACED, app, null)));
			}
		}

	}

	static class Leaving {

		@OnDomainEvent("order.placed")
		void on() {
			received.add(MDC.get("order") + " " + LocaleContextHolder.getLocale());
			MDC.put("order", "left");
			LocaleContextHolder.setLocale(Locale.TAIWAN);
		}

	}

	static class LeavingListener {

		@EventListener
		void on(Event event) {
			received.add(MDC.get("order") + " " + LocaleContextHolder.getLocale());
			MDC.put("order", "left");
			LocaleContextHolder.setLocale(Locale.TAIWAN);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Decorators {

		static final ThreadLocal<String> context = new ThreadLocal<>();

		@Bean
		@Order(1)
		TaskDecorator outer() {
			return (task) -> () -> {
				context.set("outer");
				try {
					task.run();
				}
				finally {
					context.remove();
				}
			};
		}

		@Bean
		@Order(2)
		TaskDecorator inner() {
			return (task) -> () -> {
				context.set(context.get() + " inner");
				task.run();
			};
		}

	}

	static class Decorated {

		@OnDomainEvent("order.placed")
		void on(@AppId String app) {
			received.add(Decorators.context.get() + " " + app);
		}

	}

	static class DecoratedSync {

		@SyncOnDomainEvent(types = "never.published", every = "1h")
		void sync() {
			received.add("sync " + Decorators.context.get());
		}

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

	static class Recording implements EventErrorHandler, org.springframework.beans.factory.BeanNameAware {

		private String name;

		@Override
		public void setBeanName(String name) {
			this.name = name;
		}

		@Override
		public void onError(Subscription subscription, Delivery delivery, Throwable error) {
			received.add(this.name + ": " + error.getMessage());
		}

	}

	static class Receiving {

		@OnDomainEvent("order.placed")
		void on(@AppId String app) {
			received.add("handled " + app);
		}

	}

	static class FailingFirst {

		@OnDomainEvent("order.placed")
		void on(@AppId String app) {
			if (app.equals("1")) {
				throw new IllegalStateException("on purpose");
			}
			received.add("handled " + app);
		}

	}

	static class Pausing implements EventErrorHandler {

		private DomainEventListenerContainer container;

		@Override
		public void onError(Subscription subscription, Delivery delivery, Throwable error) {
			this.container.pause(subscription.name());
			received.add("paused");
		}

	}

	static class Failing {

		@OnDomainEvent("order.placed")
		void on() {
			throw new IllegalStateException("on purpose");
		}

	}

	static class FailingWithOther {

		@OnDomainEvent(types = "order.placed", errorHandler = "${handler:other}")
		void on() {
			throw new IllegalStateException("on purpose");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BridgeErrors {

		@Bean
		Recording own() {
			return new Recording();
		}

		@EventListener
		void on(Event event) {
			throw new IllegalStateException("on purpose");
		}

	}

}
