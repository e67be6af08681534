package dev.pgevents.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.PublishException;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.internal.observation.TypeTag;
import dev.pgevents.spring.internal.observation.EventObserver;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class ObservationTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final EventType CLOSED = EventType.of("epoch.closed");

	private static TestPostgres database;

	private final Tracing tracing = new Tracing();

	private final ApplicationContextRunner plain = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
				EventListenerAutoConfiguration.class, EventsObservationAutoConfiguration.class))
		.withPropertyValues("spring.datasource.url=" + database.url(), "spring.datasource.username=" + database.user(),
				"spring.datasource.password=" + database.password());

	private final ApplicationContextRunner runner = this.plain.withBean(ObservationRegistry.class, () -> {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(this.tracing);
		return registry;
	});

	@BeforeAll
	static void createDatabase() throws Exception {
		database = TestPostgres.shared().createDatabase();
	}

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
	void failureIsLoggedWithinItsTraceWhichEndsAfterwards() {
		run(Failing.class, (context) -> {
			ListAppender<ILoggingEvent> lines = append("dev.pgevents.internal.dispatch");
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "7", null));
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThat(lines.list).filteredOn((line) -> line.getLevel() == Level.ERROR)
					.singleElement()
					.satisfies((line) -> assertThat(line.getMDCPropertyMap()).containsEntry("trace",
							"handle failing.on of trace 1")));
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 2);
			assertThat(ended("events.handle").getError()).hasMessage("deliberate");
		});
	}

	@Test
	void linesAtDebugSayWhatBecameOfAnEventAndNotWhatIsInIt() {
		run(Handling.class, (context) -> {
			context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("other.*"), SubscriptionOptions.builder().name("others").build(),
						(event) -> {
						})
				.ready()
				.join();
			ListAppender<ILoggingEvent> lines = append("dev.pgevents");
			Logger logger = (Logger) LoggerFactory.getLogger("dev.pgevents");
			logger.setLevel(Level.DEBUG);
			try {
				Event event = Event.of(CLOSED, "7", "confidential");
				context.getBean(Publisher.class).publish(event);
				await().atMost(LIMIT).until(() -> this.tracing.ended.size() == 2);
				List<ILoggingEvent> said = lines.list.stream()
					.filter((line) -> line.getFormattedMessage().contains(event.toString()))
					.toList();
				assertThat(said).extracting(ILoggingEvent::getFormattedMessage)
					.anyMatch((line) -> line.startsWith("events: publishing " + event + " on channel events"))
					.anyMatch((line) -> line
						.endsWith(event + " received, for subscriptions [handling.on], not for [others]"))
					.anyMatch((line) -> line.equals("subscription handling.on handles " + event));
				assertThat(said).filteredOn((line) -> line.getFormattedMessage().contains("handles"))
					.allSatisfy((line) -> assertThat(line.getMDCPropertyMap()).containsEntry("trace",
							"handle handling.on of trace 1"));
				assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage)
					.noneMatch((line) -> line.contains("confidential"));
			}
			finally {
				logger.setLevel(null);
			}
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
	void failureOfASynchronizingMethodIsLoggedWithinItsTraceWhichEndsAfterwards() {
		ListAppender<ILoggingEvent> lines = append("dev.pgevents.SyncLoop");
		run(Synchronizing.class, (context) -> {
			await().atMost(LIMIT).until(() -> this.tracing.ended.size() >= 2);
			assertThat(lines.list).filteredOn((line) -> line.getLevel() == Level.ERROR)
				.singleElement()
				.satisfies((line) -> assertThat(line.getMDCPropertyMap()).hasEntrySatisfying("trace",
						(trace) -> assertThat(trace).startsWith("sync synchronizing.on")));
		});
	}

	private static ListAppender<ILoggingEvent> append(String name) {
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.list = new CopyOnWriteArrayList<>();
		lines.start();
		((Logger) LoggerFactory.getLogger(name)).addAppender(lines);
		return lines;
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
	void whatIsRolledBackIsNoneThatWasPublished() {
		meters((context, registry) -> {
			Publisher publisher = context.getBean(Publisher.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			TransactionTemplate nested = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
			nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
			transaction.executeWithoutResult((status) -> {
				publisher.publish(Event.of(CLOSED, "1", null));
				nested.executeWithoutResult((inner) -> {
					publisher.publish(Event.of(CLOSED, "2", null));
					inner.setRollbackOnly();
				});
				assertThat(published(registry)).as("not committed yet").isZero();
				assertThat(rolledBack(registry)).as("the savepoint's").isEqualTo(1);
			});
			assertThat(published(registry)).isEqualTo(1);
			transaction.executeWithoutResult((status) -> {
				publisher.publishAll(List.of(Event.of(CLOSED, "3", null), Event.of(CLOSED, "4", null)));
				status.setRollbackOnly();
			});
			assertThat(published(registry)).isEqualTo(1);
			assertThat(rolledBack(registry)).isEqualTo(3);
			assertThat(this.tracing.ended).as("no trace stays open").hasSize(4);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void commitThatPostgresMakesARollbackPublishesNothing(String mode) {
		meters((context, registry) -> {
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> transaction.executeWithoutResult((status) -> {
					context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", null));
					try {
						new JdbcTemplate(context.getBean(DataSource.class)).execute("SELECT 1/0");
					}
					catch (DataAccessException ex) {
						// and goes on
					}
				}));
			assertThat(published(registry)).isZero();
			assertThat(rolledBack(registry)).isEqualTo(1);
		}, "events.publisher.mode=" + mode);
	}

	@Test
	void whatLeavesAfterTheCommitHasBeenPublishedWhenItWasSent() {
		meters((context, registry) -> {
			new TransactionTemplate(context.getBean(PlatformTransactionManager.class)).executeWithoutResult(
					(status) -> context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", null)));
			await().atMost(LIMIT).until(() -> published(registry) == 1);
			assertThat(rolledBack(registry)).isZero();
		}, "events.publisher.mode=after-commit");
	}

	private void meters(BiConsumer<ApplicationContext, MeterRegistry> test, String... properties) {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withPropertyValues(properties)
			.run((context) -> {
				MeterRegistry registry = new SimpleMeterRegistry();
				context.getBean(ObservationRegistry.class)
					.observationConfig()
					.observationHandler(new DefaultMeterObservationHandler(registry));
				test.accept(context, registry);
			});
	}

	private static long published(MeterRegistry registry) {
		return count(registry, "events.publish");
	}

	private static long rolledBack(MeterRegistry registry) {
		return count(registry, "events.publish.rolled-back");
	}

	private static long count(MeterRegistry registry, String name) {
		return registry.find(name).timers().stream().mapToLong(Timer::count).sum();
	}

	@Test
	void failureOfWhatIsSentInTheBackgroundIsTold() {
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none",
					"events.publisher.timeout=100ms")
			.run((context) -> {
				CompletableFuture<Void> sent = context.getBean(Publisher.class)
					.publishAsync(Event.of(CLOSED, null, null));
				assertThat(sent).failsWithin(LIMIT).withThrowableThat().withCauseInstanceOf(PublishException.class);
				await().atMost(LIMIT).until(() -> !this.tracing.ended.isEmpty());
				assertThat(ended("events.publish").getError()).isInstanceOf(PublishException.class);
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

	private void run(Class<?> bean, Consumer<ApplicationContext> test) {
		String name = Character.toLowerCase(bean.getSimpleName().charAt(0)) + bean.getSimpleName().substring(1);
		this.runner.withBean(name, bean).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private Observation.Context ended(String name) {
		return this.tracing.ended.stream().filter((each) -> each.getName().equals(name)).findFirst().orElseThrow();
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app) {

	}

	/** Writes down in which trace it is called. */
	static class Handling {

		final List<String> seen = new CopyOnWriteArrayList<>();

		final List<Map<String, String>> headers = new CopyOnWriteArrayList<>();

		@OnDomainEvent("epoch.closed")
		void on(Event event, @Header("traceparent") String trace) {
			this.seen.add(trace + " within " + Tracing.current.get());
			this.headers.add(event.headers());
		}

	}

	static class Everything {

		@OnDomainEvent("*")
		void on(Event event) {
		}

	}

	static class Synchronizing {

		private boolean failed;

		@SyncOnDomainEvent(every = "1h")
		void on() {
			if (!this.failed) {
				this.failed = true;
				throw new IllegalStateException("deliberate");
			}
		}

	}

	static class Listening {

		@EventListener
		void on(Event event) {
		}

	}

	static class Failing {

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
			throw new IllegalStateException("deliberate");
		}

	}

	/** Does with headers what tracing does, and remembers what it was told. */
	private static final class Tracing implements ObservationHandler<Observation.Context> {

		static final ThreadLocal<String> current = new ThreadLocal<>();

		final List<Observation.Context> ended = new CopyOnWriteArrayList<>();

		private int traces;

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

		@Override
		@SuppressWarnings("unchecked")
		public void onStart(Observation.Context context) {
			if (context instanceof SenderContext<?> sending) {
				assertThat(sending.getKind()).isEqualTo(Kind.PRODUCER);
				set((SenderContext<Object>) sending, "trace " + ++this.traces);
			}
		}

		private static void set(SenderContext<Object> sending, String trace) {
			sending.getSetter().set(sending.getCarrier(), "traceparent", trace);
		}

		@Override
		@SuppressWarnings("unchecked")
		public void onScopeOpened(Observation.Context context) {
			if (context instanceof ReceiverContext<?> receiving) {
				assertThat(receiving.getKind()).isEqualTo(Kind.CONSUMER);
				ReceiverContext<Object> any = (ReceiverContext<Object>) receiving;
				current
					.set(context.getContextualName() + " of " + any.getGetter().get(any.getCarrier(), "traceparent"));
				MDC.put("trace", current.get());
			}
			else if ("events.sync".equals(context.getName())) {
				MDC.put("trace", context.getContextualName());
			}
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			current.remove();
			MDC.remove("trace");
		}

		@Override
		public void onStop(Observation.Context context) {
			this.ended.add(context);
		}

	}

}
