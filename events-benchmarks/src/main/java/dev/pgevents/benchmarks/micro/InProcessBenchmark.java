package dev.pgevents.benchmarks.micro;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.benchmarks.peers.Peers;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.spring.OnDomainEvent;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * The in-memory bus, from publish to handler, with a handler and with an annotated
 * method: the difference is what the annotation costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class InProcessBenchmark {

	private static final int EVENTS = 1000;

	private final Semaphore handled = new Semaphore(0);

	private final InMemoryEventBus bus = InMemoryEventBus.create();

	private final Event event = Samples.event();

	private @Nullable ConfigurableApplicationContext context;

	private EventBus annotated = this.bus;

	/** Subscribes, and starts an application. */
	@Setup
	public void start() {
		this.bus.subscribe(SubscriptionFilter.types(EventTypes.EPOCH_CLOSED), (event) -> {
			event.payloadAs(Samples.Closed.class);
			this.handled.release();
		}).ready().join();
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("events.backend=in-memory", "spring.main.banner-mode=off", Peers.WITHOUT_MODULITH)
			.initializers((beans) -> beans.getBeanFactory().registerSingleton("handled", this.handled))
			.run();
		this.context = context;
		this.annotated = context.getBean("domainEventBus", EventBus.class);
	}

	/** Ends both. */
	@TearDown
	public void stop() {
		this.bus.close();
		if (this.context != null) {
			this.context.close();
		}
	}

	/**
	 * Publishes to a handler.
	 */
	@Benchmark
	@OperationsPerInvocation(EVENTS)
	public void handler() {
		for (int i = 0; i < EVENTS; i++) {
			this.bus.publish(this.event);
		}
		this.handled.acquireUninterruptibly(EVENTS);
	}

	/**
	 * Publishes to an annotated method.
	 */
	@Benchmark
	@OperationsPerInvocation(EVENTS)
	public void annotatedMethod() {
		for (int i = 0; i < EVENTS; i++) {
			this.annotated.publish(this.event);
		}
		this.handled.acquireUninterruptibly(EVENTS);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration(
			excludeName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration" })
	static class Application {

		@Bean
		Handlers handlers(Semaphore handled) {
			return new Handlers(handled);
		}

	}

	static class Handlers {

		private final Semaphore handled;

		Handlers(Semaphore handled) {
			this.handled = handled;
		}

		@OnDomainEvent(EventTypes.EPOCH_CLOSED_VALUE)
		void on(Samples.Closed payload) {
			this.handled.release();
		}

	}

}
