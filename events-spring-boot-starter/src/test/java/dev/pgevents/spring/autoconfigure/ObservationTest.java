package dev.pgevents.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs applications that are observed.
 */
abstract class ObservationTest {

	static final Duration LIMIT = Duration.ofSeconds(20);

	static final EventType CLOSED = EventType.of("epoch.closed");

	static TestPostgres database;

	final Tracing tracing = new Tracing();

	final ApplicationContextRunner plain = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
				EventListenerAutoConfiguration.class, EventsObservationAutoConfiguration.class))
		.withPropertyValues("spring.datasource.url=" + database.url(), "spring.datasource.username=" + database.user(),
				"spring.datasource.password=" + database.password());

	final ApplicationContextRunner runner = this.plain.withBean(ObservationRegistry.class, () -> {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(this.tracing);
		return registry;
	});

	@BeforeAll
	static void createDatabase() throws Exception {
		database = TestPostgres.shared().createDatabase();
	}

	void run(Class<?> bean, Consumer<ApplicationContext> test) {
		String name = Character.toLowerCase(bean.getSimpleName().charAt(0)) + bean.getSimpleName().substring(1);
		this.runner.withBean(name, bean).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	Observation.Context ended(String name) {
		return this.tracing.ended.stream().filter((each) -> each.getName().equals(name)).findFirst().orElseThrow();
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

	static class Failing {

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
			throw new IllegalStateException("deliberate");
		}

	}

	/** Does with headers what tracing does, and remembers what it was told. */
	static final class Tracing implements ObservationHandler<Observation.Context> {

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
