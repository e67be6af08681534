package dev.pgevents.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.observation.TypeTag;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What is observed, and in which trace.
 */
class ObservationTests extends ObservationTest {

	@Test
	void handlersContinueTheTraceOfThePublisher() {
		run(Handling.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "7", null));
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 2);
			assertThat(context.getBean(Handling.class).seen)
				.containsExactly("trace 1 within handle handling.on of trace 1");
			assertThat(this.tracing.ended).extracting(Observation.Context::getName)
				.containsExactlyInAnyOrder("events.publish", "events.handle");
			assertThat(ended("events.publish").getLowCardinalityKeyValues())
				.containsExactly(KeyValue.of("type", "epoch.closed"));
			assertThat(ended("events.handle").getLowCardinalityKeyValues()).containsExactlyInAnyOrder(
					KeyValue.of("subscription", "handling.on"), KeyValue.of("type", "epoch.closed"));
			assertThat(ended("events.handle").getHighCardinalityKeyValue("events.app").getValue()).isEqualTo("7");
		});
	}

	@Test
	void everyWayToPublishIsObserved() {
		run(Handling.class, (context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			publisher.publishAll(List.of(Event.of(CLOSED, "1", null), Event.of(CLOSED, "2", null)));
			publisher.publishAsync(Event.of(CLOSED, "3", null)).join();
			context.getBean(DomainEventPublisher.class).publish(new Closed("4"));
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 8);
			assertThat(context.getBean(Handling.class).seen).hasSize(4)
				.allMatch((seen) -> seen.matches("trace (\\d) within handle handling.on of trace \\1"));
		});
	}

	@Test
	void applicationListenersAreObserved() {
		run(Listening.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "7", null));
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 2);
			assertThat(ended("events.handle").getLowCardinalityKeyValues())
				.contains(KeyValue.of("subscription", "application-events"));
		});
	}

	@Test
	void typesThatOthersSendMakeNoMoreThanSoManyMeters() {
		run(Everything.class, (context) -> {
			int types = TypeTag.MOST + 20;
			for (int i = 0; i < types; i++) {
				context.getBean(Publisher.class).publishAsync(Event.of(EventType.of("sent.by_others" + i), null, null));
			}
			await().atMost(LIMIT)
				.until(() -> this.tracing.ended.stream()
					.filter((each) -> each.getName().equals("events.handle"))
					.count() == types);
			assertThat(this.tracing.ended).extracting((each) -> each.getLowCardinalityKeyValue("type").getValue())
				.contains("other")
				.satisfies((tags) -> assertThat(Set.copyOf(tags)).hasSize(TypeTag.MOST + 1));
			assertThat(this.tracing.ended).allSatisfy(
					(each) -> assertThat(each.getAllKeyValues()).noneMatch((tag) -> tag.getValue().equals("null")));
		});
	}

	@Test
	void runsOfSynchronizingMethodsAreObserved() {
		run(Synchronizing.class, (context) -> {
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() >= 2);
			assertThat(this.tracing.ended.get(0)).satisfies((first) -> {
				assertThat(first.getName()).isEqualTo("events.sync");
				assertThat(first.getContextualName()).isEqualTo("sync synchronizing.on");
				assertThat(first.getError()).hasMessage("deliberate");
				assertThat(first.getLowCardinalityKeyValues()).containsExactlyInAnyOrder(
						KeyValue.of("sync", "synchronizing.on"), KeyValue.of("cause", "startup"));
			});
			assertThat(this.tracing.ended.get(1).getError()).isNull();
			assertThat(this.tracing.ended.get(1).getLowCardinalityKeyValue("cause").getValue()).isEqualTo("retry");
		});
	}

	@Test
	void headersThatAnEventHasStay() {
		run(Handling.class, (context) -> {
			context.getBean(Publisher.class)
				.publish(Event.builder(CLOSED).header("traceparent", "mine").header("other", "kept").build());
			Handling handling = context.getBean(Handling.class);
			await().atMost(LIMIT).until(() -> !handling.headers.isEmpty());
			assertThat(handling.headers).containsExactly(Map.of("traceparent", "mine", "other", "kept"));
		});
	}

	@Test
	void documentationHasEachObservationWithItsTags() throws IOException {
		Map<String, List<Set<String>>> documented = new TreeMap<>();
		Pattern.compile("(?m)^\\| [^|`]+ \\| `(events\\.[a-z.-]+)` \\| ([^|]*) \\| ([^|]*) \\|$")
			.matcher(Files.readString(Path.of("..", "docs", "spring.md")))
			.results()
			.forEach((row) -> documented.put(row.group(1), List.of(tags(row.group(2)), tags(row.group(3)))));
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withBean(Handling.class)
			.withBean(Synchronizing.class)
			.run((context) -> {
				context.getBean(Publisher.class).publish(Event.of(CLOSED, "7", null));
				new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
					.executeWithoutResult((status) -> {
						context.getBean(Publisher.class).publish(Event.of(CLOSED, "8", null));
						status.setRollbackOnly();
					});
				await().atMost(LIMIT)
					.untilAsserted(() -> assertThat(this.tracing.ended).extracting(Observation.Context::getName)
						.contains("events.publish", "events.publish.rolled-back", "events.handle", "events.sync"));
			});
		Map<String, List<Set<String>>> present = new TreeMap<>();
		this.tracing.ended.forEach((each) -> present.put(each.getName(),
				List.of(keys(each.getLowCardinalityKeyValues()), keys(each.getHighCardinalityKeyValues()))));
		assertThat(documented).isEqualTo(present);
	}

	private static Set<String> keys(KeyValues values) {
		return values.stream().map(KeyValue::getKey).collect(Collectors.toCollection(TreeSet::new));
	}

	private static Set<String> tags(String cell) {
		return Pattern.compile("`([a-z.]+)`")
			.matcher(cell)
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@Test
	void failuresAreTold() {
		run(Failing.class, (context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			publisher.publish(Event.of(CLOSED, "7", null));
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 2);
			assertThat(ended("events.publish").getError()).isNull();
			assertThat(ended("events.handle").getError()).hasMessage("deliberate");
			this.tracing.ended.clear();
			Event tooLarge = Event.of(EventType.of("a"), null, "x".repeat(8000));
			assertThatExceptionOfType(PayloadTooLargeException.class).isThrownBy(() -> publisher.publish(tooLarge));
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> publisher.publishAll(List.of(tooLarge)));
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> publisher.publishAsync(tooLarge));
			assertThat(this.tracing.ended).hasSize(3).allMatch((told) -> told.getError() != null);
		});
	}

	@Test
	void costsNoHeaderWhereNobodyObserves() {
		this.plain.withBean(Handling.class).run((context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "7", null));
			Handling handling = context.getBean(Handling.class);
			await().atMost(LIMIT).until(() -> !handling.headers.isEmpty());
			assertThat(handling.headers).containsExactly(Map.of());
		});
	}

	@Test
	void needsNoMicrometer() {
		this.plain.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.withBean(Handling.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EventObserver.class));
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app) {

	}

	static class Everything {

		@OnDomainEvent("*")
		void on(Event event) {
		}

	}

	static class Listening {

		@EventListener
		void on(Event event) {
		}

	}

}
