package dev.pgevents.benchmarks.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.fault.NumberedPublisher;
import dev.pgevents.postgres.fault.Published;
import dev.pgevents.postgres.fault.Sources;

/**
 * A process's worth: a bus that reaches the server through a network of its own, with
 * subscriptions of several kinds, of which one is replaced now and then.
 */
final class SoakService {

	private final String name;

	private final FaultyNetwork network;

	private final PostgresEventBus bus;

	private final List<SoakSubscription> subscriptions = new ArrayList<>();

	private int replaced;

	SoakService(String name, ControlledServer server, String parameters) throws IOException {
		this.name = name;
		this.network = FaultyNetwork.inFrontOf(server.url());
		this.bus = PostgresEventBus.builder()
			.name("soak-" + name)
			.listener(Sources.of(server, this.network.url(server.url()) + parameters))
			.heartbeat(Duration.ofMillis(500))
			.publishTimeout(Duration.ofSeconds(2))
			.lockTimeout(Duration.ofSeconds(1))
			.backoff(Duration.ofMillis(10), 2, Duration.ofMillis(500))
			.build();
	}

	String name() {
		return this.name;
	}

	PostgresEventBus bus() {
		return this.bus;
	}

	FaultyNetwork network() {
		return this.network;
	}

	/** Before there are publishers, so that all events are owed. */
	void subscribe() throws InterruptedException, ExecutionException, TimeoutException {
		add("in-order", SubscriptionFilter.all(), SubscriptionOptions.builder().build());
		add("parallel", SubscriptionFilter.types(SoakRun.TYPE), SubscriptionOptions.builder().concurrency(4).build());
		add("overflowing", SubscriptionFilter.all(), SubscriptionOptions.builder().bufferSize(20).build()).slow();
		add("replaced", SubscriptionFilter.types("soak.*"), SubscriptionOptions.builder().build());
		for (SoakSubscription subscription : this.subscriptions) {
			subscription.awaitReady();
		}
	}

	private SoakSubscription add(String kind, SubscriptionFilter filter, SubscriptionOptions options) {
		SoakSubscription subscription = new SoakSubscription(this.name + " " + kind, this.bus, filter, options);
		this.subscriptions.add(subscription);
		return subscription;
	}

	/**
	 * Closes the last subscription and opens another in its place, in whatever weather.
	 */
	void replaceSubscription(List<? extends Published> publishers) {
		SoakSubscription last = this.subscriptions.remove(this.subscriptions.size() - 1);
		last.close();
		this.replaced++;
		SoakSubscription next = add("replaced", SubscriptionFilter.all(), SubscriptionOptions.builder().build());
		next.onReady(publishers);
	}

	void awaitDelivery(List<NumberedPublisher> publishers) throws InterruptedException {
		for (SoakSubscription subscription : this.subscriptions) {
			subscription.awaitDelivery(publishers);
		}
	}

	List<String> problems(List<NumberedPublisher> publishers) {
		List<String> problems = new ArrayList<>();
		this.subscriptions.forEach((subscription) -> problems.addAll(subscription.problems(publishers)));
		return problems;
	}

	String summary() {
		StringBuilder text = new StringBuilder();
		this.subscriptions.forEach((subscription) -> text.append(subscription.summary()));
		return text.append(String.format("  %s: %d subscriptions were replaced%n", this.name, this.replaced))
			.toString();
	}

	void close() throws IOException {
		this.bus.close();
		this.network.close();
	}

}
