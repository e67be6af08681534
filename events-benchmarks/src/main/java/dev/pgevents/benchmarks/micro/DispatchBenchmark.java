package dev.pgevents.benchmarks.micro;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.Dispatcher;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * From an event to the handlers of the subscriptions that match, in the same thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchBenchmark {

	/** How many subscriptions there are. */
	@Param({ "1", "100", "10000" })
	public int subscriptions;

	/** How many of them match: one, or all up to 100. */
	@Param({ "one", "all" })
	public String matching = "one";

	private final Dispatcher dispatcher = Dispatcher.builder("benchmark").executor(Runnable::run).build();

	private final LongAdder handled = new LongAdder();

	private final Event event = Samples.event();

	/** Subscribes. */
	@Setup
	public void subscribe() {
		for (int i = 0; i < this.subscriptions; i++) {
			boolean matches = i == 0 || (this.matching.equals("all") && i < 100);
			SubscriptionFilter filter = matches ? SubscriptionFilter.types(EventTypes.EPOCH_CLOSED)
					: SubscriptionFilter.types("other.type" + i);
			BusSubscription subscription = this.dispatcher.subscribe(filter, SubscriptionOptions.defaults(),
					(event) -> this.handled.increment(), (closed) -> {
					});
			subscription.live();
		}
	}

	/** Ends the dispatcher's threads. */
	@TearDown
	public void close() {
		this.dispatcher.close();
	}

	/**
	 * Dispatches one event.
	 */
	@Benchmark
	public void dispatch() {
		this.dispatcher.dispatch(this.event);
	}

}
