package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.interceptor.SimpleTraceInterceptor;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.scheduling.annotation.Async;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

@ExtendWith(OutputCaptureExtension.class)
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
			arguments(TwiceCalledInTransactions.class, "@TransactionalEventListener, too", "Remove one"),
			arguments(BadNumber.class, "bufferSize is \"many\"", "Correct the number"),
			arguments(NoConcurrency.class, "concurrency is \"0\", it must be a whole number from 1",
					"Correct the number"),
			arguments(NegativeBuffer.class, "bufferSize is \"-1\"", "Correct the number"),
			arguments(TwoPolicies.class, "2 overflow policies", "Keep one"),
			arguments(UnknownPlaceholder.class, "\"${no.such.property}\" cannot be resolved", "${name:default}"),
			arguments(BadPayloadType.class, "Bad Type", "lower-case words"),
			arguments(BadAutoStartup.class, "autoStartup is \"perhaps\"", "true or false"),
			arguments(GapOfWhat.class, "it must take a Gap and nothing else", "(Gap gap)"),
			arguments(GapAlone.class, "no @OnDomainEvent method of its class", "Move it"),
			arguments(BadInterval.class, "every is \"often\"", "30s"),
			arguments(ZeroInterval.class, "every is \"0s\", it must be a positive time", "30s"),
			arguments(UnknownErrorHandler.class, "errorHandler is \"nobody\", and there is no such EventErrorHandler",
					"Name one of these beans"),
			arguments(AsynchronousMethod.class, "it carries @Async, with which events lose their order", "Remove it"),
			arguments(AsynchronousClass.class, "its class carries @Async", "as many as concurrency says"),
			arguments(AsynchronousSync.class, "it carries @Async", "Remove it"),
			arguments(NeverValidated.class, "a parameter carries @Valid, which does nothing here",
					"Annotate the class with @Validated"),
			arguments(NeverConstrained.class, "a parameter carries @Constraint, which does nothing here",
					"Annotate the class with @Validated"),
			arguments(BadSyncType.class, "Epoch Closed", "lower-case words"),
			arguments(SyncOfEvent.class, "it may take a SyncTrigger", "(SyncTrigger trigger)"));

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class,
				EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
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
	void leavesValidationOfValidatedClassesAlone() {
		this.runner.withBean("validated", ToBeValidated.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void refusesBeansOfAScopeInWhichNoEventArrives() {
		this.runner.withUserConfiguration(RequestScoped.class)
			.run((context) -> assertThat(refusal(context.getStartupFailure()).description())
				.contains("lives in the scope \"request\""));
	}

	@Test
	void refusesFinalMethodsWhichAProxyCannotPassOn() {
		this.runner.withUserConfiguration(Proxied.class)
			.withBean("culprit", FinalMethod.class)
			.run((context) -> assertThat(refusal(context.getStartupFailure()).description()).contains("bean 'culprit'",
					"it is final, and its bean is proxied by a subclass"));
	}

	@Test
	void leavesFinalMethodsOfOtherBeansAlone() {
		this.runner.withBean("handler", FinalMethod.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void failsTheStartWhereAProxyHasNoSuchMethod() {
		this.runner.withUserConfiguration(Proxied.class)
			.withBean("culprit", PrivateMethod.class)
			.run((context) -> assertThat(context).getFailure().hasMessageContainingAll("culprit", "on", "visibility"));
		this.runner.withUserConfiguration(Proxied.class)
			.withBean("culprit", NotInInterface.class)
			.run((context) -> assertThat(context).getFailure().hasMessageContainingAll("culprit", "on", "interface"));
	}

	@Test
	void saysAtTheFirstEventWhichMethodOfALazyBeanItsProxyDoesNotPassOn(CapturedOutput output) {
		for (Class<?> handler : List.of(PrivateMethod.class, FinalMethod.class, NotInInterface.class)) {
			lazy(this.runner.withUserConfiguration(Proxied.class), handler).run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(Publisher.class).publish(Event.of(EventTypes.EPOCH_CLOSED, null, null));
				await().atMost(Duration.ofSeconds(20))
					.until(() -> output.getOut()
						.contains("The method " + handler.getName() + ".on of bean 'culprit' cannot be called"));
				Subscription subscription = context.getBean(DomainEventListenerContainer.class)
					.subscriptions()
					.iterator()
					.next();
				await().atMost(Duration.ofSeconds(20)).until(() -> subscription.stats().failed() == 1);
			});
		}
	}

	private static <T> ApplicationContextRunner lazy(ApplicationContextRunner runner, Class<T> handler) {
		return runner.withBean("culprit", handler, () -> BeanUtils.instantiateClass(handler),
				(definition) -> definition.setLazyInit(true));
	}

	@Test
	void refusesTwoMethodsWithOneId() {
		this.runner.withBean("one", SameId.class)
			.withBean("two", SameId.class)
			.run((context) -> assertThat(refusal(context.getStartupFailure()).description())
				.contains("Two @OnDomainEvent annotations have the id \"same\""));
	}

	static EventsConfigurationException refusal(Throwable failure) {
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

	static class TwiceCalledInTransactions {

		@OnDomainEvent("epoch.closed")
		@TransactionalEventListener
		void on(Event event) {
		}

	}

	static class NegativeBuffer {

		@OnDomainEvent(types = "epoch.closed", bufferSize = "-1")
		void on(Event event) {
		}

	}

	static class TwoPolicies {

		@OnDomainEvent(types = "epoch.closed", overflow = { OverflowPolicy.DROP_NEWEST, OverflowPolicy.DROP_OLDEST })
		void on(Event event) {
		}

	}

	static class UnknownPlaceholder {

		@OnDomainEvent(types = "epoch.closed", concurrency = "${no.such.property}")
		void on(Event event) {
		}

	}

	@DomainEvent("Bad Type")
	record BadPayload(String app) {

	}

	static class BadPayloadType {

		@OnDomainEvent
		void on(BadPayload payload) {
		}

	}

	static class UnknownErrorHandler {

		@OnDomainEvent(types = "epoch.closed", errorHandler = "nobody")
		void on(Event event) {
		}

	}

	static class AsynchronousMethod {

		@OnDomainEvent("epoch.closed")
		@Async
		void on(Event event) {
		}

	}

	@Async
	static class AsynchronousClass {

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
		}

	}

	static class AsynchronousSync {

		@SyncOnDomainEvent(every = "1h")
		@Async
		void sync() {
		}

	}

	static class NeverValidated {

		@OnDomainEvent("epoch.closed")
		void on(@Valid Index payload) {
		}

	}

	static class NeverConstrained {

		@OnDomainEvent("epoch.closed")
		void on(@AppId @NotNull String app) {
		}

	}

	@Validated
	static class ToBeValidated {

		@OnDomainEvent("epoch.closed")
		public void on(@Valid Index payload) {
		}

	}

	record Index(long index) {

	}

	static class BadSyncType {

		@SyncOnDomainEvent(types = "Epoch Closed")
		void sync() {
		}

	}

	static class FinalMethod {

		@OnDomainEvent("epoch.closed")
		public final void on(Event event) {
		}

	}

	static class PrivateMethod {

		@OnDomainEvent("epoch.closed")
		private void on(Event event) {
		}

	}

	static class NotInInterface implements Runnable {

		@Override
		public void run() {
		}

		@OnDomainEvent("epoch.closed")
		public void on(Event event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Proxied {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
			proxies.setBeanNames("culprit");
			proxies.setInterceptorNames("interceptor");
			return proxies;
		}

		@Bean
		static SimpleTraceInterceptor interceptor() {
			return new SimpleTraceInterceptor();
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
