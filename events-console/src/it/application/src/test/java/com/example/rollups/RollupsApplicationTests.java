package com.example.rollups;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.DomainEventListenerContainer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RollupsApplicationTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	@Autowired
	Epochs epochs;

	@Autowired
	Publisher publisher;

	@Autowired
	Validator validator;

	@Autowired
	EpochListener listener;

	@Autowired
	Shipping shipping;

	@Autowired
	DomainEventListenerContainer container;

	@Autowired
	JdbcTemplate jdbc;

	@Autowired
	Environment environment;

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry registry) {
		Database.register(registry);
	}

	@Test
	void runsOnTheVersionThatIsMeant() {
		assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("wanted.spring-boot.version"));
	}

	@Test
	void deliversWhatIsCommittedAndNothingElse() throws InterruptedException {
		assertThatIllegalStateException().isThrownBy(() -> this.epochs.fail("1", 1));
		this.epochs.close("1", 2);
		assertThat(nextOf("1")).isEqualTo(new EpochClosed("1", 2));
	}

	@Test
	void bridgesToApplicationEvents() {
		this.epochs.close("2", 3);
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(this.listener.heard()).containsSequence("event of 2",
					new EpochClosed("2", 3)));
	}

	@Test
	void sendsWhatModulithExternalizesAndCompletesItsPublication() throws InterruptedException {
		this.epochs.accept("6", 7);
		assertThat(next(this.validator.accepted)).isEqualTo(new ClaimAccepted("6", 7));
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(this.jdbc.queryForList(
					"SELECT completion_date IS NOT NULL FROM event_publication WHERE event_type LIKE '%ClaimAccepted'",
					Boolean.class))
				.containsExactly(true));
	}

	@Test
	void synchronizesAtStartAndForEvents() throws InterruptedException {
		assertThat(next(this.validator.synchronizedFor).cause()).isEqualTo(SyncTrigger.Cause.STARTUP);
		this.publisher.publish(Event.of(EventTypes.EPOCH_CLOSED, "3", new EpochClosed("3", 4)));
		assertThat(next(this.validator.synchronizedFor).cause()).isIn(SyncTrigger.Cause.EVENT,
				SyncTrigger.Cause.STARTUP);
	}

	@Test
	void tellsOfAGapAfterAReconnect() throws InterruptedException {
		this.jdbc.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
				+ "WHERE application_name LIKE 'pgevents%listener%'", (row) -> {
				});
		assertThat(next(this.validator.gaps)).isNotNull();
		this.epochs.close("4", 5);
		assertThat(nextOf("4")).isEqualTo(new EpochClosed("4", 5));
	}

	@Test
	void startsAndStopsMethods() {
		assertThat(this.container.ids()).contains("validator.on", "idle", "later", "validator.catchUp",
				"application-events");
		assertThat(this.container.isRunning("idle")).isTrue();
		assertThat(this.container.isRunning("later")).isFalse();
	}

	@Test
	void triesAgainWithSpringRetryAndCountsTheLastFailureAlone() {
		for (String app : List.of("twice", "always", "never")) {
			this.publisher.publish(Event.of(EventType.of("order.placed"), app, null));
		}
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(this.shipping.calls()).containsExactly("twice", "twice", "twice", "always",
					"always", "always", "never"));
		await().atMost(LIMIT).untilAsserted(() -> {
			SubscriptionStats stats = this.container.subscriptions()
				.stream()
				.filter((subscription) -> subscription.name().equals("shipping.ship"))
				.findFirst()
				.orElseThrow()
				.stats();
			assertThat(stats.handled()).isEqualTo(2);
			assertThat(stats.failed()).isEqualTo(1);
		});
	}

	@Test
	void showsItselfToOperators() {
		await().atMost(LIMIT).untilAsserted(() -> {
			assertThat(get("events")).contains("\"state\":\"LISTENING\"", "\"validator.on\"");
			assertThat(get("metrics/events.connection.delivering")).contains("\"value\":1");
			assertThat(get("metrics/events.subscription.handled")).contains("\"validator.on\"");
		});
		assertThat(get("health")).contains("\"status\":\"UP\"", "\"events\":{", "\"diagnosis\":\"",
				"\"connection\":\"LISTENING\"");
	}

	@Test
	void showsNoSecrets() {
		assertThat(get("env")).contains("events.security.signing-key", "******", "spring.application.name")
			.doesNotContain("nobody may get to see");
		assertThat(get("configprops")).contains("\"signingKey\"", "******", "\"shutdownTimeout\"")
			.doesNotContain("nobody may get to see");
		assertThat(get("events")).contains("\"signed\":true").doesNotContain("nobody may get to see");
	}

	@Test
	void showsEventsOnItsConsole() throws Exception {
		HttpResponse<String> page = send("events-console/", BodyHandlers.ofString());
		assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=UTF-8");
		Matcher files = Pattern.compile("(?:src|href)=\"(assets/[^\"]+)\"").matcher(page.body());
		assertThat(files.results().map((file) -> file.group(1)).toList()).isNotEmpty()
			.allSatisfy((file) -> assertThat(send("events-console/" + file, BodyHandlers.ofString()).statusCode())
				.isEqualTo(200));
		HttpResponse<InputStream> stream = send("events-console/api/stream?app=5", BodyHandlers.ofInputStream());
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
			assertThat(dataOf(lines, "state")).contains("\"validator.on\"");
			this.epochs.close("5", 6);
			assertThat(dataOf(lines, "events")).contains("\"epoch.closed\"").contains("\"app\":\"5\"");
		}
	}

	private static String dataOf(BufferedReader lines, String name) throws IOException {
		String line;
		do {
			line = lines.readLine();
		}
		while (line != null && !line.equals("event:" + name));
		return lines.readLine();
	}

	private String get(String endpoint) {
		return send("actuator/" + endpoint, BodyHandlers.ofString()).body();
	}

	private <T> HttpResponse<T> send(String path, BodyHandler<T> handler) {
		URI uri = URI.create("http://localhost:" + this.environment.getProperty("local.server.port") + "/" + path);
		try {
			return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), handler);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** Each test has an app of its own, since all share one application. */
	private EpochClosed nextOf(String app) throws InterruptedException {
		EpochClosed next = next(this.validator.handled);
		return next.app().equals(app) ? next : nextOf(app);
	}

	private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
		T next = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(next).as("nothing arrived").isNotNull();
		return next;
	}

}
