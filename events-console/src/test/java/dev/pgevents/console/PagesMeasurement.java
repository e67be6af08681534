package dev.pgevents.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.microsoft.playwright.Page;
import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.console.app.WatchedApplication;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

/**
 * What open pages cost. No test: it takes minutes of a quiet machine and asserts nothing,
 * so its name is none that is run by itself. CONTRIBUTING has the command.
 */
class PagesMeasurement {

	private static final int ROUNDS = 6;

	private static final int ROUND = 5000;

	private static final Duration PAUSE = Duration.ofMillis(2);

	private static final int PAGES = 10;

	private final HttpClient client = HttpClient.newHttpClient();

	/** Pages are open in every second round; the first two are for warming up. */
	@Test
	void handlersBesideTenOpenPages() throws Exception {
		TestPostgres database = TestPostgres.shared().createDatabase();
		try (ConfigurableApplicationContext application = start(database)) {
			PostgresEventBus bus = application.getBean(PostgresEventBus.class);
			System.out.printf("pages   published   p50 us   p90 us   p99 us%n");
			for (int round = 0; round < 2 * (ROUNDS + 1); round++) {
				int pages = (round % 2 == 0) ? 0 : PAGES;
				long[] latencies = round(bus, WatchedApplication.console(application), pages);
				System.out.printf("%5d   %9d   %6.1f   %6.1f   %6.1f%s%n", pages, latencies.length,
						percentile(latencies, 50), percentile(latencies, 90), percentile(latencies, 99),
						(round < 2) ? "   (warming up)" : "");
			}
		}
	}

	private static ConfigurableApplicationContext start(TestPostgres database) {
		return WatchedApplication.start("--spring.datasource.url=" + database.url(),
				"--spring.datasource.username=" + database.user(),
				"--spring.datasource.password=" + database.password());
	}

	private long[] round(PostgresEventBus bus, String console, int pages) throws Exception {
		List<InputStream> open = new ArrayList<>();
		for (int i = 0; i < pages; i++) {
			open.add(page(console));
		}
		long[] latencies = new long[ROUND];
		CountDownLatch handled = new CountDownLatch(ROUND);
		Subscription subscription = bus.subscribe(SubscriptionFilter.types("input.received"), (event) -> {
			long[] sent = event.payloadAs(long[].class);
			latencies[(int) sent[0]] = System.nanoTime() - sent[1];
			handled.countDown();
		});
		subscription.ready().join();
		long next = System.nanoTime();
		for (int i = 0; i < ROUND; i++) {
			next += PAUSE.toNanos();
			LockSupport.parkNanos(next - System.nanoTime());
			bus.publish(Event.of(EventTypes.INPUT_RECEIVED, "1", new long[] { i, System.nanoTime() }));
		}
		handled.await(1, TimeUnit.MINUTES);
		subscription.close();
		for (InputStream each : open) {
			each.close();
		}
		Arrays.sort(latencies);
		return latencies;
	}

	/** Reads all that it is sent, as a browser does. */
	private InputStream page(String console) throws IOException, InterruptedException {
		InputStream stream = this.client
			.send(HttpRequest.newBuilder(URI.create(console + "api/stream")).build(),
					HttpResponse.BodyHandlers.ofInputStream())
			.body();
		CompletableFuture.runAsync(() -> {
			BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
			try {
				while (lines.readLine() != null) {
					continue;
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}, (reading) -> new Thread(reading).start());
		return stream;
	}

	private static double percentile(long[] sorted, int percent) {
		return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1000.0;
	}

	/** How long the page's thread is at work at a time, and how long frames take. */
	@Test
	void pageWithAHundredAndWithTenThousandEventsASecond() throws Exception {
		TestPostgres database = TestPostgres.shared().createDatabase();
		try (ConfigurableApplicationContext application = start(database); Chromium chromium = Chromium.start()) {
			PostgresEventBus bus = application.getBean(PostgresEventBus.class);
			Page page = chromium.browser().newPage();
			page.navigate(WatchedApplication.console(application));
			assertThat(page.locator("#connection-state")).hasText("Listening");
			System.out.printf("events/s   long tasks   longest task ms   longest frame ms   frames   feed%n");
			for (int rate : new int[] { 0, 100, 10_000 }) {
				page.evaluate(
						"""
								() => {
									window.measured = { tasks: 0, longest: 0, frame: 0, frames: 0, last: performance.now(), on: true };
									const seen = window.measured;
									new PerformanceObserver((list) => list.getEntries().forEach((task) => {
										seen.tasks++;
										seen.longest = Math.max(seen.longest, task.duration);
									})).observe({ type: 'longtask' });
									const frame = (now) => {
										seen.frames++;
										seen.frame = Math.max(seen.frame, now - seen.last);
										seen.last = now;
										if (seen.on) {
											requestAnimationFrame(frame);
										}
									};
									requestAnimationFrame(frame);
								}""");
				for (int tick = 0; tick < 200; tick++) {
					List<Event> events = new ArrayList<>();
					for (int i = 0; i < rate / 20; i++) {
						events.add(Event.of(EventTypes.INPUT_RECEIVED, "1", i));
					}
					bus.publishAll(events);
					page.waitForTimeout(50);
				}
				System.out.printf("%8d   %s   %s%n", rate, page.evaluate("() => { measured.on = false; "
						+ "return [measured.tasks, measured.longest, measured.frame.toFixed(1), measured.frames].join('   ') }"),
						page.locator("#feed-status").textContent());
			}
		}
	}

}
