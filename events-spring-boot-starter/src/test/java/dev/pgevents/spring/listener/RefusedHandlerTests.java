package dev.pgevents.spring.listener;

import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.SimpleThreadScope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class RefusedHandlerTests {

	static final List<Arguments> refused = List.of(arguments(TwoPayloads.class,
			"parameter 1, a java.lang.String, and parameter 2, a java.lang.Integer, would take the payload", "@AppId"),
			arguments(NumericAppId.class, "parameter 1, a long, with @AppId is no String", "Declare it as String"),
			arguments(NumericHeader.class, "@Header is no String", "Declare it as String"),
			arguments(GapParameter.class, "gaps are no events", "@OnGap"),
			arguments(Returning.class, "it returns java.lang.String", "Make it void"),
			arguments(Suspending.class, "it is a suspend function", "ordinary function"),
			arguments(TwiceCalled.class, "@EventListener, too", "Remove one"),
			arguments(UnparsableType.class, "Epoch Closed", "lower-case words"),
			arguments(BadNumber.class, "whole numbers from 1", "Correct the number"),
			arguments(NoConcurrency.class, "whole numbers from 1", "Correct the number"),
			arguments(BadAutoStartup.class, "autoStartup is \"perhaps\"", "true or false"),
			arguments(GapOfWhat.class, "it must take a Gap and nothing else", "(Gap gap)"),
			arguments(GapAlone.class, "no @OnDomainEvent method of its class", "Move it"),
			arguments(BadInterval.class, "every", "30s"), arguments(ZeroInterval.class, "not positive", "30s"),
			arguments(SyncOfEvent.class, "it may take a SyncTrigger", "(SyncTrigger trigger)"));

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	@ParameterizedTest
	@FieldSource("refused")
	void failsTheStartAndSaysWhereWhatAndWhatToDo(Class<?> handler, String problem, String action) {
		this.runner.withBean("culprit", handler).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).rootCause()
				.satisfies((failure) -> assertThat(refusal(context.getStartupFailure())).satisfies((refusal) -> {
					assertThat(refusal.description()).contains("bean 'culprit'", handler.getName(), problem);
					assertThat(refusal.action()).contains(action);
				}));
		});
	}

	@Test
	void refusesBeansOfAScopeInWhichNoEventArrives() {
		this.runner.withUserConfiguration(RequestScoped.class)
			.run((context) -> assertThat(refusal(context.getStartupFailure()).description())
				.contains("lives in the scope \"request\""));
	}

	@Test
	void refusesTwoMethodsWithOneId() {
		this.runner.withBean("one", SameId.class)
			.withBean("two", SameId.class)
			.run((context) -> assertThat(refusal(context.getStartupFailure()).description())
				.contains("Two @OnDomainEvent annotations have the id \"same\""));
	}

	private static EventsConfigurationException refusal(Throwable failure) {
		Throwable cause = failure;
		while (cause != null && !(cause instanceof EventsConfigurationException)) {
			cause = cause.getCause();
		}
		assertThat(cause).as("refusal in " + failure).isNotNull();
		return (EventsConfigurationException) cause;
	}

	static class TwoPayloads {

		@OnDomainEvent("epoch.closed")
		void on(String one, Integer two) {
		}

	}

	static class NumericAppId {

		@OnDomainEvent("epoch.closed")
		void on(@AppId long app) {
		}

	}

	static class NumericHeader {

		@OnDomainEvent("epoch.closed")
		void on(@Header("n") long header) {
		}

	}

	static class GapParameter {

		@OnDomainEvent("epoch.closed")
		void on(Gap gap) {
		}

	}

	static class Returning {

		@OnDomainEvent("epoch.closed")
		String on(Event event) {
			return "";
		}

	}

	static class Suspending {

		@OnDomainEvent("epoch.closed")
		void on(Event event, Continuation<?> continuation) {
		}

	}

	static class TwiceCalled {

		@OnDomainEvent("epoch.closed")
		@EventListener
		void on(Event event) {
		}

	}

	static class UnparsableType {

		@OnDomainEvent("Epoch Closed")
		void on(Event event) {
		}

	}

	static class BadNumber {

		@OnDomainEvent(types = "epoch.closed", bufferSize = "many")
		void on(Event event) {
		}

	}

	static class NoConcurrency {

		@OnDomainEvent(types = "epoch.closed", concurrency = "0")
		void on(Event event) {
		}

	}

	static class BadAutoStartup {

		@OnDomainEvent(types = "epoch.closed", autoStartup = "perhaps")
		void on(Event event) {
		}

	}

	static class GapOfWhat {

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
		}

		@OnGap
		void onGap(String gap) {
		}

	}

	static class GapAlone {

		@OnGap
		void onGap(Gap gap) {
		}

	}

	static class BadInterval {

		@SyncOnDomainEvent(every = "often")
		void sync() {
		}

	}

	static class ZeroInterval {

		@SyncOnDomainEvent(every = "0s")
		void sync() {
		}

	}

	static class SyncOfEvent {

		@SyncOnDomainEvent(every = "1h")
		void sync(Event event) {
		}

	}

	static class SameId {

		@OnDomainEvent(types = "epoch.closed", id = "same")
		void on(Event event) {
		}

	}

	static class Handler {

		@OnDomainEvent("epoch.closed")
		public void on(Event event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RequestScoped {

		@Bean
		static CustomScopeConfigurer scopes() {
			CustomScopeConfigurer scopes = new CustomScopeConfigurer();
			scopes.addScope("request", new SimpleThreadScope());
			return scopes;
		}

		@Bean
		@Scope(scopeName = "request", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Handler handler() {
			return new Handler();
		}

	}

}
