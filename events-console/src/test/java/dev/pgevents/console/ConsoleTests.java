package dev.pgevents.console;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.console.app.WatchedApplication;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventsConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class ConsoleTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final ObjectMapper mapper = new ObjectMapper();

	private final HttpClient client = HttpClient.newHttpClient();

	private ConfigurableApplicationContext application;

	@AfterEach
	void stop() {
		if (this.application != null) {
			this.application.close();
		}
	}

	@Test
	void isNotThereUnlessAskedFor() throws Exception {
		start("--events.console.enabled=false");
		assertThat(get("").statusCode()).isEqualTo(404);
		assertThat(get("api/state").statusCode()).isEqualTo(404);
		assertThat(this.application.getBean(EventBus.class).subscriptions())
			.noneMatch((subscription) -> subscription.name().equals(EventMonitor.NAME));
	}

	@Test
	void isAskedForAsBootReadsProperties() throws Exception {
		start("--events.console.enabled=on");
		assertThat(get("").statusCode()).isEqualTo(200);
		stop();
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> start("--events.console.enabled=ture"))
			.withStackTraceContaining("events.console.enabled");
	}

	@Test
	void addressWithoutTheLastSlashLeadsToThePageWhereverAProxyShowsIt() throws Exception {
		start("--events.console.path=/internal/events", "--server.servlet.context-path=/app");
		String page = WatchedApplication.console(this.application);
		HttpResponse<String> response = send(request(page.substring(0, page.length() - 1)));
		assertThat(response.statusCode()).isEqualTo(302);
		assertThat(response.headers().firstValue("Location")).contains("events/");
		assertThat(get("").statusCode()).isEqualTo(200);
	}

	@Test
	void pathThatIsNoneFailsTheStart() {
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> start("--events.console.path=events/"))
			.havingRootCause()
			.isInstanceOf(EventsConfigurationException.class)
			.withMessageContaining("events.console.path is \"events/\"");
	}

	@Test
	void everyFileThatThePageNeedsIsThereAndNothingComesFromElsewhere() throws Exception {
		start();
		HttpResponse<String> page = get("");
		assertThat(page.headers().firstValue("Content-Security-Policy"))
			.hasValueSatisfying((policy) -> assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'")
				.doesNotContain("unsafe", "*", "http"));
		assertThat(page.body()).doesNotContainPattern("<script>|<style|style=|\\son[a-z]+=");
		int size = compressed("").length;
		List<String> files = new ArrayList<>(found("(?:src|href)=\"(assets/[^\"]+)\"", page.body()));
		assertThat(files).contains("assets/console.js", "assets/console.css");
		for (int i = 0; i < files.size(); i++) {
			HttpResponse<String> file = get(files.get(i));
			assertThat(file.statusCode()).as(files.get(i)).isEqualTo(200);
			assertThat(file.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
			size += compressed(files.get(i)).length;
			found("from '\\./([^']+)'", file.body()).stream()
				.map((name) -> "assets/" + name)
				.filter((name) -> !files.contains(name))
				.forEach(files::add);
		}
		assertThat(found("(?:src|href)=\"([^\"]+)\"", page.body())).noneMatch((address) -> address.startsWith("/"));
		assertThat(files).contains("assets/charts.js", "assets/dom.js");
		assertThat(size).as("bytes of all files, compressed").isLessThan(25_000);
	}

	@Test
	void fileThatIsKnownIsNotSentAgain() throws Exception {
		start();
		String tag = get("assets/console.js").headers().firstValue("ETag").orElseThrow();
		assertThat(send(request(url("assets/console.js")).header("If-None-Match", tag)).statusCode()).isEqualTo(304);
		assertThat(get("assets/../index.html").statusCode()).isEqualTo(404);
		assertThat(get("assets/nothing.js").statusCode()).isEqualTo(404);
	}

	@Test
	void stateTellsWhatThereIsAndNumbersStayExact() throws Exception {
		start();
		this.application.getBean(EventBus.class).publish(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
		this.application.getBean(EventBus.class).publish(Event.of(EventType.of("epoch.bad"), "1", null));
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(subscription("validator").at("/stats/failed").asText()).isEqualTo("1"));
		JsonNode state = state();
		assertThat(state.at("/application").asText()).isEqualTo("watched");
		assertThat(state.at("/connection/state").asText()).isEqualTo("IN_MEMORY");
		assertThat(state.at("/operations").asBoolean()).isFalse();
		assertThat(subscription("validator").at("/types").toString()).isEqualTo("[\"epoch.*\"]");
		assertThat(subscription("validator").at("/stats/received")).isEqualTo(mapper.readTree("\"2\""));
		await().atMost(LIMIT).until(() -> state().at("/syncs/0/runs").isTextual());
		assertThat(state().at("/syncs/0/id").asText()).contains("catchUp");
	}

	@Test
	void slowHandlerIsNamedWithItsThreadAndWhereItIs() throws Exception {
		start();
		EventBus bus = this.application.getBean(EventBus.class);
		bus.publish(Event.of(EventType.of("stall"), "7", 0));
		await().atMost(LIMIT).untilAsserted(() -> {
			JsonNode running = subscription("stalling").at("/running/0");
			assertThat(running.at("/what").asText()).isEqualTo("stall of app 7");
			assertThat(running.at("/thread").asText()).isNotBlank();
			assertThat(running.at("/ms").asDouble()).isGreaterThanOrEqualTo(500);
			assertThat(running.at("/stack").toString()).contains("CountDownLatch.await", "Stalling.on");
		});
		// Two wait in the buffer, while the handler has the first.
		for (int i = 1; i < 5; i++) {
			bus.publish(Event.of(EventType.of("stall"), "7", i));
		}
		await().atMost(LIMIT).untilAsserted(() -> {
			JsonNode gap = state().at("/gaps/0");
			assertThat(gap.at("/reason").asText()).isEqualTo("OVERFLOW");
			assertThat(gap.at("/subscription").asText()).isEqualTo("stalling");
			assertThat(gap.at("/dropped").asText()).isEqualTo("2");
		});
		this.application.getBean(WatchedApplication.Stalling.class).gate.countDown();
	}

	@Test
	void pageIsSentTheEventsItWantsWithoutWhatTheyCarry() throws Exception {
		start();
		try (Page page = open("type=epoch.*&app=1,2")) {
			EventBus bus = this.application.getBean(EventBus.class);
			bus.publish(Event.of(EventTypes.APP_REGISTERED, "1", "secret"));
			bus.publish(Event.of(EventTypes.EPOCH_CLOSED, "3", "secret"));
			bus.publish(
					Event.builder(EventTypes.EPOCH_CLOSED).appId("2").payload("secret").header("k", "secret").build());
			String data = page.next("events");
			assertThat(data).doesNotContain("secret");
			JsonNode events = mapper.readTree(data).at("/events");
			assertThat(events).hasSize(1);
			assertThat(events.at("/0/type").asText()).isEqualTo("epoch.closed");
			assertThat(events.at("/0/app").asText()).isEqualTo("2");
			assertThat(events.at("/0/ms").isDouble()).isTrue();
		}
	}

	@Test
	void payloadIsShownAsItIsWhereThatIsAllowed() throws Exception {
		start("--events.console.show-payloads=true");
		try (Page page = open("")) {
			this.application.getBean(EventBus.class)
				.publish(Event.of(EventTypes.EPOCH_CLOSED, null, Map.of("index", Long.MAX_VALUE)));
			JsonNode event = mapper.readTree(page.next("events")).at("/events/0");
			assertThat(event.at("/payload").asText()).isEqualTo("{\"index\":9223372036854775807}");
			assertThat(event.has("app")).isFalse();
		}
	}

	@Test
	void burstIsSampledAndThePageToldSo() throws Exception {
		start();
		try (Page page = open("type=epoch.closed")) {
			EventBus bus = this.application.getBean(EventBus.class);
			for (int i = 0; i < 3000; i++) {
				bus.publish(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			}
			long shown = 0;
			long skipped = 0;
			while (shown + skipped < 3000) {
				JsonNode batch = mapper.readTree(page.next("events"));
				shown += batch.at("/events").size();
				skipped += batch.at("/skipped").asLong();
			}
			assertThat(shown + skipped).isEqualTo(3000);
			assertThat(skipped).isPositive();
		}
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(subscription("validator").at("/stats/handled").asText()).isEqualTo("3000"));
	}

	@Test
	void wrongFilterIsRefusedWithAReason() throws Exception {
		start();
		HttpResponse<String> response = get("api/stream?type=Epoch.Closed");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body()).contains("Epoch.Closed");
	}

	@Test
	void onlyShowsUnlessOperationsAreAllowed() throws Exception {
		start();
		HttpResponse<String> response = post("api/operations/console/stop?id=validator", true, "same-origin");
		assertThat(response.statusCode()).isEqualTo(403);
		assertThat(response.body()).contains("events.console.operations");
		assertThat(this.application.getBean(DomainEventListenerContainer.class).isRunning("validator")).isTrue();
	}

	@Test
	void stopsAndStartsAMethodForAVisitorOfThePageAndForNobodyElse() throws Exception {
		start("--events.console.operations=true");
		DomainEventListenerContainer container = this.application.getBean(DomainEventListenerContainer.class);
		assertThat(post("api/operations/console/stop?id=validator", true, "cross-site").statusCode()).isEqualTo(403);
		assertThat(post("api/operations/console/stop?id=validator", true, "same-site").statusCode()).isEqualTo(403);
		assertThat(post("api/operations/console/stop?id=validator", false, "same-origin").statusCode()).isEqualTo(403);
		assertThat(container.isRunning("validator")).isTrue();
		assertThat(post("api/operations/console/stop?id=validator", true, "same-origin").statusCode()).isEqualTo(200);
		assertThat(container.isRunning("validator")).isFalse();
		assertThat(state().at("/stopped").toString()).isEqualTo("[\"validator\"]");
		assertThat(post("api/operations/console/start?id=validator", true, "same-origin").statusCode()).isEqualTo(200);
		assertThat(container.isRunning("validator")).isTrue();
		assertThat(post("api/operations/console/start?id=nobody", true, "same-origin")).satisfies((response) -> {
			assertThat(response.statusCode()).isEqualTo(409);
			assertThat(response.body()).contains("nobody");
		});
		assertThat(post("api/operations/console/format", true, "same-origin").statusCode()).isEqualTo(404);
	}

	@Test
	void pageOfAnotherOriginReadsNothing() throws Exception {
		start();
		for (String address : List.of("api/state", "api/stream", "api/panels")) {
			assertThat(send(request(url(address)).header("Sec-Fetch-Site", "cross-site")).statusCode()).as(address)
				.isEqualTo(403);
		}
	}

	@Test
	void openPagesDoNotHoldUpTheEndOfTheApplication() throws Exception {
		start("--server.shutdown=graceful", "--spring.lifecycle.timeout-per-shutdown-phase=10m");
		Page page = open("");
		page.next("state");
		this.application.close();
		assertThat(page.isOver()).isTrue();
		page.close();
	}

	@Test
	void startsAgainWithItsContext() throws Exception {
		start();
		this.application.stop();
		this.application.start();
		try (Page page = open("")) {
			this.application.getBean(EventBus.class).publish(Event.of(EventTypes.EPOCH_CLOSED, null, null));
			assertThat(page.next("events")).contains("epoch.closed");
		}
	}

	@Test
	void turnsPagesAwayThatAreTooMany() throws Exception {
		start("--server.tomcat.threads.max=100");
		List<Page> pages = new ArrayList<>();
		for (int i = 0; i < EventsConsole.MAX_PAGES; i++) {
			pages.add(open(""));
		}
		HttpResponse<String> response = get("api/stream");
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.body()).contains(EventsConsole.MAX_PAGES + " pages");
		for (Page page : pages) {
			page.close();
		}
		await().atMost(LIMIT).until(() -> state().at("/pages").asInt() == 0);
	}

	private void start(String... properties) {
		this.application = WatchedApplication.inMemory(properties);
	}

	private String url(String path) {
		return WatchedApplication.console(this.application) + path;
	}

	private static HttpRequest.Builder request(String url) {
		return HttpRequest.newBuilder(URI.create(url));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return send(request(url(path)));
	}

	private HttpResponse<String> post(String path, boolean guarded, String site) throws Exception {
		HttpRequest.Builder request = request(url(path)).POST(HttpRequest.BodyPublishers.noBody())
			.header("Sec-Fetch-Site", site);
		return send(guarded ? request.header(ConsoleRoutes.GUARD, "1") : request);
	}

	/** As it comes over the network; it must also be what comes without compression. */
	private byte[] compressed(String path) throws Exception {
		HttpResponse<byte[]> response = this.client.send(request(url(path)).header("Accept-Encoding", "gzip").build(),
				HttpResponse.BodyHandlers.ofByteArray());
		assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
		try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
			assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(get(path).body());
		}
		return response.body();
	}

	private JsonNode state() throws IOException, InterruptedException {
		return mapper.readTree(get("api/state").body());
	}

	private JsonNode subscription(String name) throws IOException, InterruptedException {
		for (JsonNode each : state().at("/subscriptions")) {
			if (each.at("/name").asText().equals(name)) {
				return each;
			}
		}
		return mapper.createObjectNode();
	}

	private Page open(String query) throws IOException, InterruptedException {
		HttpResponse<InputStream> response = this.client.send(request(url("api/stream?" + query)).build(),
				HttpResponse.BodyHandlers.ofInputStream());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("text/event-stream"));
		return new Page(new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
	}

	private static List<String> found(String pattern, String text) {
		return Pattern.compile(pattern).matcher(text).results().map((MatchResult each) -> each.group(1)).toList();
	}

	/** A page's stream. */
	private record Page(BufferedReader lines) implements AutoCloseable {

		/** The data of the next event of a name. */
		String next(String name) throws IOException {
			String line = this.lines.readLine();
			boolean wanted = false;
			while (line != null) {
				if (line.startsWith("event:")) {
					wanted = line.substring("event:".length()).trim().equals(name);
				}
				else if (wanted && line.startsWith("data:")) {
					return line.substring("data:".length());
				}
				line = this.lines.readLine();
			}
			throw new IOException("the stream has ended");
		}

		boolean isOver() throws IOException {
			while (this.lines.readLine() != null) {
				continue;
			}
			return true;
		}

		@Override
		public void close() throws IOException {
			this.lines.close();
		}

	}

}
