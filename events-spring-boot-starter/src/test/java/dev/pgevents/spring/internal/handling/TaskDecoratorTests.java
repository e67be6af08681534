package dev.pgevents.spring.internal.handling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.TaskDecorator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which context each call of a handler has: what task decorators give it, and nothing of
 * the call before.
 */
class TaskDecoratorTests extends OrderHandlerTest {

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

}
