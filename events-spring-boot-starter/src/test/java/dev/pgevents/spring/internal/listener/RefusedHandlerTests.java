package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Async;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Handlers whose declaration fails the start.
 */
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
			arguments(BadGroup.class, "group \"bill ing\" is not valid at character 5", "such as group = \"billing\""),
			arguments(BadStart.class, "from is \"yesterday\"", "\"earliest\" or a time that is past, such as \"2026-"),
			arguments(StartWithoutGroup.class, "from is earliest without a group", "Name a group, such as"),
			arguments(GroupThatIgnoresItsOwn.class, "group claims has ignoreOwn", "does not go with a group"),
			arguments(SyncOfEvent.class, "it may take a SyncTrigger", "(SyncTrigger trigger)"));

	/** A value of each attribute that fails the start. */
	private static final Map<String, Class<?>> OF_ATTRIBUTES = Map.ofEntries(
			Map.entry("OnDomainEvent.types", UnparsableType.class), Map.entry("OnDomainEvent.apps", UnknownApp.class),
			Map.entry("OnDomainEvent.condition", NoCondition.class), Map.entry("OnDomainEvent.id", UnknownId.class),
			Map.entry("OnDomainEvent.concurrency", NoConcurrency.class),
			Map.entry("OnDomainEvent.bufferSize", BadNumber.class),
			Map.entry("OnDomainEvent.overflow", TwoPolicies.class),
			Map.entry("OnDomainEvent.group", GroupWithoutLog.class), Map.entry("OnDomainEvent.from", BadStart.class),
			Map.entry("OnDomainEvent.autoStartup", BadAutoStartup.class),
			Map.entry("OnDomainEvent.ignoreOwn", GroupThatIgnoresItsOwn.class),
			Map.entry("OnDomainEvent.errorHandler", UnknownErrorHandler.class),
			Map.entry("SyncOnDomainEvent.types", BadSyncType.class),
			Map.entry("SyncOnDomainEvent.apps", UnknownSyncApp.class),
			Map.entry("SyncOnDomainEvent.every", BadInterval.class),
			Map.entry("DomainEvent.value", BadPayloadType.class));

	/** Any text, or one of the constants, will do. */
	private static final Set<String> NEVER_BAD = Set.of("Header.value", "DomainEvent.externalize",
			"DomainEvent.durable");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class,
				EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	@ParameterizedTest
	@FieldSource("refused")
	void failsTheStartAndSaysWhereWhatAndWhatToDo(Class<?> handler, String problem, String action) {
		Refusals.assertRefused(this.runner, handler, problem, action);
	}

	@Test
	void eachAttributeHasAnErrorThatNamesItWithTheRemedy() {
		Set<String> attributes = new TreeSet<>(NEVER_BAD);
		OF_ATTRIBUTES.forEach((attribute, handler) -> {
			attributes.add(attribute);
			String name = attribute.substring(attribute.indexOf('.') + 1)
				.replace("types", "type")
				.replace("value", "type");
			this.runner.withBean("culprit", handler).run((context) -> {
				EventsConfigurationException refusal = Refusals.refusal(context.getStartupFailure());
				assertThat(refusal.description()).as(attribute).contains("culprit").containsPattern("(?i)" + name);
				assertThat(refusal.action()).as(attribute).matches("(?s)[A-Z].*\\.");
			});
		});
		Set<String> known = new TreeSet<>();
		for (Class<?> annotation : List.of(OnDomainEvent.class, SyncOnDomainEvent.class, OnGap.class, DomainEvent.class,
				AppId.class, Header.class)) {
			for (Method attribute : annotation.getDeclaredMethods()) {
				known.add(annotation.getSimpleName() + "." + attribute.getName());
			}
		}
		known.remove("OnDomainEvent.value"); // the same as types
		assertThat(attributes).isEqualTo(known);
	}

	@Test
	void leavesValidationOfValidatedClassesAlone() {
		this.runner.withBean("validated", ToBeValidated.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void refusesTwoMethodsWithOneId() {
		this.runner.withBean("one", SameId.class)
			.withBean("two", SameId.class)
			.run((context) -> assertThat(Refusals.refusal(context.getStartupFailure()).description())
				.contains("Two @OnDomainEvent annotations have the id \"same\""));
	}

	static class UnknownApp {

		@OnDomainEvent(types = "epoch.closed", apps = "${no.such.app}")
		void on(Event event) {
		}

	}

	static class NoCondition {

		@OnDomainEvent(types = "epoch.closed", condition = "#event.")
		void on(Event event) {
		}

	}

	static class UnknownId {

		@OnDomainEvent(types = "epoch.closed", id = "${no.such.id}")
		void on(Event event) {
		}

	}

	static class GroupWithoutLog {

		@OnDomainEvent(types = "epoch.closed", group = "claims")
		void on(Event event) {
		}

	}

	static class BadGroup {

		@OnDomainEvent(types = "epoch.closed", group = "bill ing")
		void on(Event event) {
		}

	}

	static class StartWithoutGroup {

		@OnDomainEvent(types = "epoch.closed", from = "earliest")
		void on(Event event) {
		}

	}

	static class BadStart {

		@OnDomainEvent(types = "epoch.closed", group = "claims", from = "yesterday")
		void on(Event event) {
		}

	}

	static class GroupThatIgnoresItsOwn {

		@OnDomainEvent(types = "epoch.closed", group = "claims", ignoreOwn = true)
		void on(Event event) {
		}

	}

	static class UnknownSyncApp {

		@SyncOnDomainEvent(types = "epoch.closed", apps = "${no.such.app}")
		void sync() {
		}

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

}
