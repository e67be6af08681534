package dev.pgevents.spring.internal.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.spring.internal.observation.HandlerTiming;
import dev.pgevents.spring.internal.observation.TypeTag;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Timers of how long events take from their publication to the handler, and of how long
 * handlers take. The clocks of two machines differ: an event from the future counts as
 * one that took no time, and by how much it was ahead is shown. Thread-safe.
 *
 * @since 0.1
 */
public final class HandlerTimers implements MeterBinder, HandlerTiming {

	private static final Duration SHORTEST = Duration.ofNanos(100_000);

	private static final Duration LONGEST = Duration.ofMinutes(1);

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final TypeTag types = new TypeTag();

	/** How far ahead of this one's a publisher's clock was at most, in nanoseconds. */
	private final AtomicLong ahead = new AtomicLong();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		TimeGauge.builder("events.clock.ahead", this.ahead, TimeUnit.NANOSECONDS, AtomicLong::get)
			.description("How far the clock of a publisher was ahead of this one at most")
			.register(registry);
	}

	@Override
	public EventHandler timed(String subscription, EventHandler handler) {
		return new Timed(subscription, handler);
	}

	@Override
	public void filtered(String subscription, Event event) {
		String type = this.types.of(event.type());
		for (MeterRegistry registry : this.registries) {
			Counter.builder("events.handler.filtered")
				.description("Events for which the condition of the handler was not true")
				.tag("subscription", subscription)
				.tag(TypeTag.NAME, type)
				.register(registry)
				.increment();
		}
	}

	private Timer latency(MeterRegistry registry, String subscription, String type) {
		return timer("events.delivery.latency", "Time from an event's publication to the call of its handler", registry,
				subscription, type);
	}

	private Timer duration(MeterRegistry registry, String subscription, String type) {
		return timer("events.handler.duration", "Time that a call of the handler took, if it failed, too", registry,
				subscription, type);
	}

	private static Timer timer(String name, String description, MeterRegistry registry, String subscription,
			String type) {
		return Timer.builder(name)
			.description(description)
			.tag("subscription", subscription)
			.tag(TypeTag.NAME, type)
			.publishPercentileHistogram()
			.minimumExpectedValue(SHORTEST)
			.maximumExpectedValue(LONGEST)
			.register(registry);
	}

	private final class Timed implements EventHandler {

		private final String subscription;

		private final EventHandler handler;

		private final Map<String, List<Timers>> timers = new ConcurrentHashMap<>();

		Timed(String subscription, EventHandler handler) {
			this.subscription = subscription;
			this.handler = handler;
		}

		@Override
		public void onEvent(Event event) throws Exception {
			List<Timers> timers = timersOf(event);
			if (timers.isEmpty()) {
				this.handler.onEvent(event);
				return;
			}
			long latency = latencyOf(event);
			timers.forEach((each) -> each.latency.record(latency, TimeUnit.NANOSECONDS));
			long begun = System.nanoTime();
			try {
				this.handler.onEvent(event);
			}
			finally {
				long took = System.nanoTime() - begun;
				timers.forEach((each) -> each.duration.record(took, TimeUnit.NANOSECONDS));
			}
		}

		@Override
		public void onGap(Gap gap) throws Exception {
			this.handler.onGap(gap);
		}

		private List<Timers> timersOf(Event event) {
			String type = HandlerTimers.this.types.of(event.type());
			List<Timers> known = this.timers.get(type);
			if (known == null || known.size() != HandlerTimers.this.registries.size()) {
				known = HandlerTimers.this.registries.stream()
					.map((registry) -> new Timers(latency(registry, this.subscription, type),
							duration(registry, this.subscription, type)))
					.toList();
				this.timers.put(type, known);
			}
			return known;
		}

		private long latencyOf(Event event) {
			long nanos = TimeUnit.MICROSECONDS.toNanos(ChronoUnit.MICROS.between(event.timestamp(), Instant.now()));
			if (nanos < 0) {
				HandlerTimers.this.ahead.accumulateAndGet(-nanos, Math::max);
			}
			return Math.max(0, nanos);
		}

	}

	private record Timers(Timer latency, Timer duration) {

	}

}
