package dev.pgevents.benchmarks;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.benchmarks.peers.Peers;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/**
 * One case of {@link PublishingBesideHandlers}: publishes in one way from some threads
 * while three handlers get each event, first cold, then warm, and prints the rates.
 */
final class PublishingApplication {

	private static final String TYPE = "bench.published";

	private final Handlers handlers;

	private final Load.Work publishing;

	private final int threads;

	private final int events;

	private long published;

	private PublishingApplication(Handlers handlers, Load.Work publishing, int threads, int events) {
		this.handlers = handlers;
		this.publishing = publishing;
		this.threads = threads;
		this.events = events;
	}

	/**
	 * Runs the case.
	 * @param args URL, way, threads, events, how often to publish as many to get warm
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		PrintStream answer = System.out;
		System.setOut(System.err);
		int events = Integer.parseInt(args[3]);
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("spring.datasource.url=" + args[0], "spring.main.banner-mode=off", Peers.WITHOUT_MODULITH,
					"events.listener.buffer-size=" + (events + 1))
			.run()) {
			context.getBean(DomainEventListenerContainer.class)
				.subscriptions()
				.forEach((subscription) -> subscription.ready().join());
			int threads = Integer.parseInt(args[2]);
			try (Way.Open way = Way.valueOf(args[1]).open(context, args[0], threads)) {
				PublishingApplication application = new PublishingApplication(context.getBean(Handlers.class), way,
						threads, events);
				answer.println(application.measure(Integer.parseInt(args[4])));
				answer.flush();
			}
		}
	}

	private String measure(int warmup) throws Exception {
		double[] cold = run();
		for (int i = 0; i < warmup; i++) {
			run();
		}
		double[] warm = run();
		return String.format(Locale.ROOT, "%f %f %f %f", cold[0], cold[1], warm[0], warm[1]);
	}

	/** How many were published a second, and how many handled by all three. */
	private double[] run() throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(this.threads);
		int each = Math.max(1, this.events / this.threads);
		long start = System.nanoTime();
		for (int i = 0; i < this.threads; i++) {
			int thread = i;
			executor.submit(() -> {
				for (int n = 0; n < each; n++) {
					this.publishing.run(thread);
				}
				return null;
			});
		}
		executor.shutdown();
		check(executor.awaitTermination(10, TimeUnit.MINUTES), "publishing has not come to its end");
		long afterPublishing = System.nanoTime();
		int count = each * this.threads;
		this.published += count;
		this.handlers.await(this.published);
		long end = System.nanoTime();
		return new double[] { count * 1e9 / (afterPublishing - start), count * 1e9 / (end - start) };
	}

	private static void check(boolean holds, String otherwise) {
		if (!holds) {
			throw new IllegalStateException(otherwise);
		}
	}

	/** What is measured, in the order in which it is printed. */
	enum Rate {

		COLD_PUBLISHED, COLD_HANDLED, WARM_PUBLISHED, WARM_HANDLED;

		String label() {
			return name().toLowerCase(Locale.ROOT).replace('_', ' ');
		}

	}

	/** How events are published. */
	enum Way {

		/** Through the application's publisher. */
		BUS {

			@Override
			Open open(ConfigurableApplicationContext context, String url, int threads) {
				Publisher publisher = context.getBean(Publisher.class);
				EventType type = EventType.of(TYPE);
				return (thread) -> publisher.publish(Event.of(type, "app", new Payload(System.nanoTime(), 1)));
			}

		},

		/** By hand, on a connection of each thread's own. */
		CONNECTIONS {

			@Override
			Open open(ConfigurableApplicationContext context, String url, int threads) {
				return new HandWrittenNotifier(url, TYPE, threads);
			}

		};

		abstract Open open(ConfigurableApplicationContext context, String url, int threads);

		/** A way that is open. */
		@FunctionalInterface
		interface Open extends Load.Work, AutoCloseable {

			@Override
			default void close() {
			}

		}

	}

	record Payload(long sent, long number) {

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Handlers handlers() {
			return new Handlers();
		}

	}

	static class Handlers {

		private final AtomicLong typed = new AtomicLong();

		private final AtomicLong all = new AtomicLong();

		private final AtomicLong bridged = new AtomicLong();

		@OnDomainEvent(TYPE)
		void onPublished(Payload payload) {
			this.typed.addAndGet(payload.number());
		}

		@OnDomainEvent
		void onAny(Event event) {
			this.all.incrementAndGet();
		}

		@EventListener
		void onApplicationEvent(Event event) {
			this.bridged.incrementAndGet();
		}

		void await(long count) throws InterruptedException {
			long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
			while (this.typed.get() < count || this.all.get() < count || this.bridged.get() < count) {
				check(System.nanoTime() < end, "of " + count + " events " + this.typed + ", " + this.all + " and "
						+ this.bridged + " were handled");
				Thread.sleep(1);
			}
		}

	}

}
