package dev.pgevents.benchmarks.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.pgevents.EventType;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.NumberedPublisher;
import dev.pgevents.postgres.fault.Published.Outcome;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One run: a server, two services behind networks of their own (one speaks TLS), a
 * publisher in each and one that no fault of a network hits. For one thread.
 */
public final class SoakRun implements AutoCloseable {

	static final EventType TYPE = EventType.of("soak.event");

	/** Generous: a busy machine is no failure. */
	static final Duration LIMIT = Duration.ofMinutes(2);

	private static final Duration OFTEN = Duration.ofMillis(2);

	private static final int LONGEST_PAUSE = 400;

	private static final int LONGEST_FAULT = 3000;

	private final Random random;

	private final ControlledServer server;

	private final List<SoakService> services = new ArrayList<>();

	private final List<NumberedPublisher> publishers = new ArrayList<>();

	private final Faults faults;

	/**
	 * Starts the server and what is to hit it.
	 * @param seed decides which faults come when
	 * @param restarts whether the server is stopped and killed too
	 * @throws IOException if there is no port to be had
	 */
	public SoakRun(long seed, boolean restarts) throws IOException {
		this.random = new Random(seed);
		this.server = ControlledServer.create().withTls().start();
		this.services.add(new SoakService("plain", this.server, "?sslmode=disable"));
		this.services
			.add(new SoakService("tls", this.server, "?sslmode=verify-full&sslrootcert=" + this.server.certificate()));
		this.faults = new Faults(this.random, this.server, this.services, restarts);
	}

	/**
	 * Subscribes, and lets events come.
	 * @throws Exception if that is not possible though there are no faults yet
	 */
	public void begin() throws Exception {
		for (SoakService service : this.services) {
			service.subscribe();
		}
		PGSimpleDataSource straight = new PGSimpleDataSource();
		straight.setUrl(this.server.url());
		straight.setUser(this.server.user());
		this.publishers.add(NumberedPublisher.straightTo(straight, TYPE, "straight", OFTEN));
		for (SoakService service : this.services) {
			this.publishers.add(NumberedPublisher.through(service.bus(), TYPE, service.name(), OFTEN));
		}
	}

	/**
	 * Lets one fault follow the other.
	 * @param length for how long
	 * @throws Exception if a fault cannot be arranged
	 */
	public void fail(Duration length) throws Exception {
		long end = System.nanoTime() + length.toNanos();
		while (System.nanoTime() - end < 0) {
			this.faults.begin();
			pause(LONGEST_FAULT);
			this.faults.end();
			pause(LONGEST_PAUSE);
			SoakService service = this.services.get(this.random.nextInt(this.services.size()));
			service.replaceSubscription(this.publishers);
		}
	}

	private void pause(int longestMillis) throws InterruptedException {
		// Short ones are more frequent: a fault may hit what the one before has begun.
		double share = this.random.nextDouble();
		new CountDownLatch(1).await((long) (longestMillis * share * share), TimeUnit.MILLISECONDS);
	}

	/**
	 * Waits until delivery is back everywhere, ends the publishers and looks at what each
	 * subscription got.
	 * @return what was broken, a line each; empty if nothing was
	 * @throws InterruptedException if interrupted
	 */
	public String settle() throws InterruptedException {
		List<String> problems = new ArrayList<>();
		try {
			for (SoakService service : this.services) {
				service.awaitDelivery(this.publishers);
			}
		}
		catch (AssertionError ex) {
			problems.add("delivery does not come back: " + ex.getMessage());
		}
		this.publishers.forEach(NumberedPublisher::stop);
		this.services.forEach((service) -> problems.addAll(service.problems(this.publishers)));
		return String.join("\n", problems);
	}

	/**
	 * What has happened.
	 * @return lines, each with its line feed
	 */
	public String summary() {
		StringBuilder text = new StringBuilder();
		for (NumberedPublisher publisher : this.publishers) {
			text.append(String.format("  published by %-9s %7d, %d failed, %d not known%n", publisher.name(),
					publisher.count(Outcome.ACKNOWLEDGED), publisher.count(Outcome.FAILED),
					publisher.count(Outcome.UNKNOWN)));
		}
		this.services.forEach((service) -> text.append(service.summary()));
		return text.append("  faults: ").append(this.faults.summary()).append(System.lineSeparator()).toString();
	}

	@Override
	public void close() throws IOException {
		this.publishers.forEach(NumberedPublisher::stop);
		for (SoakService service : this.services) {
			service.close();
		}
		this.server.close();
	}

}
