package dev.pgevents.console;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.console.app.WatchedApplication;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.ConfigurableApplicationContext;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page in a real browser, on a real database. Skipped where no browser is installed.
 */
@Timeout(240)
class BrowserTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static final String HAND_WRITTEN = "SELECT pg_notify('events', "
			+ "'{\"type\":\"epoch.closed\",\"app_id\":\"by-hand\",\"payload\":{\"index\":9223372036854775807}}')";

	private static Chromium chromium;

	private static TestPostgres database;

	private static ConfigurableApplicationContext application;

	/** Whether the group's handler fails. */
	private static volatile boolean refusing;

	private final List<String> complaints = new CopyOnWriteArrayList<>();

	private BrowserContext context;

	private Page page;

	@BeforeAll
	static void startAll() throws SQLException {
		chromium = Chromium.start();
		database = TestPostgres.shared().createDatabase();
		application = WatchedApplication.start("--spring.datasource.url=" + database.url(),
				"--spring.datasource.username=" + database.user(),
				"--spring.datasource.password=" + database.password(), "--events.console.operations=true",
				"--events.console.show-payloads=true", "--events.log.enabled=true",
				"--events.log.retry.max-attempts=1");
		application.getBean(EventBus.class)
			.subscribe(SubscriptionFilter.types("invoice.*"), SubscriptionOptions.builder().group("billing").build(),
					BrowserTests::bill)
			.ready()
			.join();
	}

	private static void bill(Event event) {
		if (refusing) {
			throw new IllegalStateException("no money");
		}
	}

	@AfterAll
	static void stopAll() {
		if (application != null) {
			application.getBean(WatchedApplication.Stalling.class).gate.countDown();
			application.close();
		}
		if (chromium != null) {
			chromium.close();
		}
	}

	@BeforeEach
	void openPage() {
		open("", ColorScheme.LIGHT, 1280);
	}

	private void open(String query, ColorScheme scheme, int width) {
		this.context = chromium.browser()
			.newContext(new Browser.NewContextOptions().setViewportSize(width, 900)
				.setColorScheme(scheme)
				.setReducedMotion(ReducedMotion.REDUCE) // for colours that stay
				.setPermissions(List.of("clipboard-read", "clipboard-write")));
		this.context.setDefaultTimeout(LIMIT.toMillis());
		PlaywrightAssertions.setDefaultAssertionTimeout(LIMIT.toMillis());
		this.page = this.context.newPage();
		this.page.onConsoleMessage((message) -> {
			if (List.of("error", "warning").contains(message.type())) {
				this.complaints.add(message.text());
			}
		});
		this.page.onPageError(this.complaints::add);
		String address = WatchedApplication.console(application);
		this.page.onRequest((request) -> {
			if (!request.url().startsWith(address) && !request.url().startsWith("data:")) {
				this.complaints.add("a request to elsewhere: " + request.url());
			}
		});
		this.page.navigate(address + query);
		assertThat(this.page.locator("#connection-state")).hasText("Listening");
	}

	/** Nothing that a page does may leave a complaint in the browser's console. */
	@AfterEach
	void closePage() {
		this.context.close();
		assertThat(this.complaints).isEmpty();
	}

	@Test
	void showsAnEventThatAnotherProgramPublishes() throws SQLException {
		assertThat(this.page.locator("#connection-sentence")).containsText("arrive here");
		database.execute(HAND_WRITTEN);
		Locator event = this.page.locator(".event", new Page.LocatorOptions().setHasText("app by-hand")).first();
		assertThat(event).containsText("epoch.closed");
		assertThat(event).containsText("{\"index\":9223372036854775807}");
		assertThat(event.locator(".latency")).containsText("ms");
		assertThat(this.page.locator("#sessions")).containsText("events listener of watched");
	}

	@Test
	void cutConnectionAppearsAsAGapAndHeals() throws SQLException {
		int before = this.page.locator(".gap.reconnected").count();
		cutConnection();
		this.page.waitForCondition(() -> this.page.locator(".gap.reconnected").count() > before);
		Locator gap = this.page.locator(".gap.reconnected").first();
		assertThat(gap).containsText("Connection lost and back");
		assertThat(gap).containsText("healed by Validator.catchUp after");
		assertThat(this.page.locator("#connection-state")).hasText("Listening");
		assertThat(this.page.locator(".axis-gap").first()).isAttached();
		Locator axis = this.page.locator("#gaps-axis svg");
		assertThat(axis).hasAttribute("aria-label", Pattern.compile("\\d+ gaps? in the last 10 min.*"));
		this.page.locator("#gaps-range").selectOption("3600");
		assertThat(axis).hasAttribute("aria-label", Pattern.compile("\\d+ gaps? in the last 1 h.*"));
		database.execute(HAND_WRITTEN);
		assertThat(this.page.locator(".event").first()).containsText("by-hand");
	}

	/** Returns once the application has a new connection. */
	private static void cutConnection() {
		long before = gaps();
		await().atMost(LIMIT).until(() -> database.terminate("pgevents events listener%") == 1);
		await().atMost(LIMIT).until(() -> gaps() > before && application.getBean(EventBus.class).isDelivering());
	}

	private static long gaps() {
		return application.getBean(EventBus.class)
			.subscriptions()
			.stream()
			.filter((subscription) -> subscription.name().equals(EventMonitor.NAME))
			.mapToLong((subscription) -> subscription.stats().gaps())
			.sum();
	}

	@Test
	void filtersByKeyboardAndKeepsTheFilterInTheAddress() {
		List<String> streams = new CopyOnWriteArrayList<>();
		this.page.onResponse((response) -> streams.add(response.url()));
		this.page.locator("#filter-type").focus();
		this.page.keyboard().type("epoch.*");
		this.page.keyboard().press("Tab");
		this.page.keyboard().type("blue");
		this.page.keyboard().press("Enter");
		this.page.waitForURL((url) -> url.contains("type=epoch.*&app=blue"));
		this.page.waitForCondition(
				() -> streams.stream().anyMatch((url) -> url.endsWith("api/stream?type=epoch.*&app=blue")));
		publish(EventTypes.EPOCH_OPENED, "red");
		publish(EventTypes.APP_REGISTERED, "blue");
		publish(EventTypes.EPOCH_OPENED, "blue");
		assertThat(this.page.locator(".event")).hasCount(1);
		assertThat(this.page.locator(".event")).containsText("app blue");
		this.page.reload();
		assertThat(this.page.locator("#filter-app")).hasValue("blue");
		assertThat(this.page.locator("#filter-type")).hasValue("epoch.*");
	}

	@Test
	void saysWhyAFilterIsNone() {
		this.page.locator("#filter-type").fill("Epoch Closed");
		assertThat(this.page.locator("#filter-error")).containsText("Epoch Closed");
		assertThat(this.page.locator("#filter-type")).hasAttribute("aria-invalid", "true");
		this.page.locator("#filter-type").fill("");
		assertThat(this.page.locator("#filter-error")).isHidden();
	}

	@Test
	void pausedFeedStandsStillUntilItIsToGoOn() {
		publish(EventTypes.EPOCH_OPENED, "before");
		assertThat(this.page.locator(".event").first()).containsText("before");
		this.page.locator("#filter-app").focus();
		this.page.keyboard().press("Tab");
		assertThat(this.page.locator("#pause")).isFocused();
		this.page.keyboard().press("Enter");
		assertThat(this.page.locator("#pause")).hasAttribute("aria-pressed", "true");
		publish(EventTypes.EPOCH_OPENED, "meanwhile");
		publish(EventTypes.EPOCH_OPENED, "meanwhile");
		assertThat(this.page.locator("#feed-status")).hasText("Paused, 2 since");
		assertThat(this.page.locator(".event").first()).containsText("before");
		this.page.keyboard().press("Space");
		assertThat(this.page.locator("#pause")).hasAttribute("aria-pressed", "false");
		publish(EventTypes.EPOCH_OPENED, "after");
		assertThat(this.page.locator(".event").first()).containsText("after");
		assertThat(this.page.locator(".event", new Page.LocatorOptions().setHasText("meanwhile"))).hasCount(0);
	}

	@Test
	void rowThatIsBeingReadIsNotMovedAway() {
		publish(EventTypes.EPOCH_OPENED, "read");
		assertThat(this.page.locator(".event").first()).containsText("read");
		this.page.locator(".event button").first().focus();
		publish(EventTypes.EPOCH_OPENED, "next");
		assertThat(this.page.locator("#feed-status")).containsText("Held while you are in it, 1 since");
		assertThat(this.page.locator(".event").first()).containsText("read");
	}

	@Test
	void copiedLinePublishesTheEventAgain() throws Exception {
		Event event = Event.builder(EventType.of("quoting"))
			.appId("it's \"quoted\" \\ $HOME")
			.payload(List.of("a 'b' \\ \"c\" $(d) `e`", Long.MAX_VALUE))
			.header("k", "v'")
			.build();
		application.getBean(EventBus.class).publish(event);
		Locator row = this.page.locator(".event").first();
		assertThat(row).containsText("quoting");
		row.locator("button").click();
		assertThat(row.locator("button")).hasText("copied");
		String line = (String) this.page.evaluate("navigator.clipboard.readText()");
		Process shell = new ProcessBuilder("sh", "-c", "psql() { printf %s \"$2\"; }; " + line).start();
		String sql = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		List<Event> received = new CopyOnWriteArrayList<>();
		application.getBean(EventBus.class)
			.subscribe(SubscriptionFilter.types("quoting"), received::add)
			.ready()
			.join();
		database.execute(sql);
		await().atMost(LIMIT).until(() -> received.size() == 1);
		assertThat(received.get(0).appId()).isEqualTo(event.appId());
		assertThat(received.get(0).headers()).isEqualTo(event.headers());
		assertThat((Object) received.get(0).payloadAs(List.class)).isEqualTo(event.payloadAs(List.class));
	}

	@Test
	void lineIsCopiedWhereThePageHasNoClipboard() {
		publish(EventTypes.EPOCH_OPENED, "plain-http");
		Locator row = this.page.locator(".event").first();
		assertThat(row).containsText("plain-http");
		this.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
		row.locator("button").click();
		assertThat(row.locator("button")).hasText("copied");
		assertThat(row.locator("button")).isFocused();
		this.page.locator("#filter-app").focus();
		this.page.keyboard().press("Control+V");
		assertThat(this.page.locator("#filter-app")).hasValue(Pattern.compile("psql .*plain-http.*"));
	}

	@Test
	void asksBeforeItChangesSomething() {
		Locator row = this.page.locator("#subscriptions .row",
				new Page.LocatorOptions().setHas(this.page.locator("strong:text-is('validator')")));
		row.locator("button").click();
		assertThat(this.page.locator("#confirm")).containsText("misses what happens");
		this.page.keyboard().press("Escape");
		assertThat(this.page.locator("#confirm")).isHidden();
		row.locator("button").click();
		this.page.locator("#confirm-yes").click();
		assertThat(row).containsText("stopped");
		row.locator("button").click();
		this.page.locator("#confirm-yes").click();
		assertThat(row.locator(".stats")).containsText("handled");
	}

	@Test
	void groupIsShownWithItsOwnerAndParkedEventsAreTriedAgainOrGivenUp() {
		Locator group = this.page.locator("#groups .row",
				new Page.LocatorOptions().setHas(this.page.locator("strong:text-is('billing')")));
		assertThat(group).containsText("of 65 partitions");
		refusing = true;
		publish(EventType.of("invoice.due"), "4");
		publish(EventType.of("invoice.due"), "5");
		assertThat(group).containsText("has parked events");
		Locator fourth = group.locator(".parked li", new Locator.LocatorOptions().setHasText("invoice.due of app 4"));
		Locator fifth = group.locator(".parked li", new Locator.LocatorOptions().setHasText("invoice.due of app 5"));
		assertThat(fourth).containsText("tried 1 time since");
		assertThat(fourth).containsText("no money");
		assertThat(fifth).isVisible();
		assertAccessible();
		refusing = false;
		fourth.locator("button:text('Try again')").click();
		assertThat(this.page.locator("#confirm")).containsText("invoice.due of app 4 is handled again");
		this.page.keyboard().press("Escape");
		assertThat(fourth).isVisible();
		fourth.locator("button:text('Try again')").click();
		this.page.locator("#confirm-yes").click();
		assertThat(fourth).isHidden();
		fifth.locator("button:text('Give up')").click();
		assertThat(this.page.locator("#confirm")).containsText("billing never handles invoice.due of app 5");
		this.page.locator("#confirm-yes").click();
		assertThat(group.locator(".parked li")).hasCount(0);
		assertThat(group.locator(".badge")).isHidden();
		allParkedEventsAreTriedAgain(group);
	}

	private void allParkedEventsAreTriedAgain(Locator group) {
		Locator all = group.locator("button:text('Try all again')");
		assertThat(all).isHidden();
		refusing = true;
		publish(EventType.of("invoice.due"), "6");
		publish(EventType.of("invoice.due"), "7");
		assertThat(group.locator(".parked li")).hasCount(2);
		refusing = false;
		all.click();
		assertThat(this.page.locator("#confirm")).containsText("All parked events of billing are handled again");
		this.page.locator("#confirm button:text('Cancel')").click();
		assertThat(this.page.locator("#confirm")).isHidden();
		assertThat(group.locator(".parked li")).hasCount(2);
		all.click();
		this.page.locator("#confirm-yes").click();
		assertThat(group.locator(".parked li")).hasCount(0);
	}

	@Test
	void plotSaysWhatIsUnderThePointer() {
		publish(EventTypes.EPOCH_OPENED, "1");
		assertThat(this.page.locator("#chart-latency path.p50")).hasAttribute("d", Pattern.compile("M\\d.*"));
		assertThat(this.page.locator("#chart-rate path.line")).hasAttribute("d", Pattern.compile("M\\d.*"));
		BoundingBox box = this.page.locator("#chart-rate").boundingBox();
		this.page.mouse().move(box.x + box.width - 10, box.y + box.height / 2);
		assertThat(this.page.locator("#chart-rate-at")).hasText(Pattern.compile("\\d\\d:\\d\\d:\\d\\d: \\d+"));
		this.page.mouse().move(0, 0);
		assertThat(this.page.locator("#chart-rate-at")).hasText("");
	}

	@Test
	void burstNeitherGrowsThePageNorGoesUnsaid() {
		EventBus bus = application.getBean(EventBus.class);
		for (int i = 0; i < 100; i++) {
			bus.publishAll(IntStream.range(0, 100)
				.mapToObj((each) -> Event.of(EventTypes.INPUT_RECEIVED, "burst", each))
				.toList());
		}
		assertThat(this.page.locator("#feed-status")).containsText("A sample, 100 a second");
		assertThat(this.page.locator(".event").count()).isLessThanOrEqualTo(200);
	}

	/**
	 * An hour of ten events a second and a gap a minute, given to the page as fast as it
	 * takes them: what it has after a quarter of it is all that it keeps.
	 */
	@Test
	void hourDoesNotGrowThePage() {
		openWithStream();
		CDPSession browser = this.context.newCDPSession(this.page);
		browser.send("Performance.enable");
		minutes(0, 15);
		JsonObject quarter = metrics(browser);
		minutes(15, 60);
		JsonObject hour = metrics(browser);
		assertThat(this.page.locator(".event").first()).containsText("app 35999");
		assertThat(hour.get("Nodes").getAsDouble()).isLessThan(quarter.get("Nodes").getAsDouble() * 1.05);
		assertThat(hour.get("JSEventListeners").getAsDouble())
			.isLessThan(quarter.get("JSEventListeners").getAsDouble() * 1.05);
		assertThat(hour.get("JSHeapUsedSize").getAsDouble())
			.isLessThan(quarter.get("JSHeapUsedSize").getAsDouble() * 1.25);
	}

	@Test
	void methodThatIsBeingStoppedIsShownOnce() {
		openWithStream();
		this.page.evaluate(
				"""
						async () => {
							const state = await (await fetch('api/state')).json();
							const give = (data) => stream.dispatchEvent(new MessageEvent('state', { data: JSON.stringify(data) }));
							give({ ...state, stopped: ['validator', 'another'] });
						}""");
		assertThat(this.page.locator("#subscriptions .name:text-is('another')")).hasCount(1);
		assertThat(this.page.locator("#subscriptions .name:text-is('validator')")).hasCount(1);
	}

	/** A page whose stream is the test's: {@code window.stream}. */
	private void openWithStream() {
		this.context.close();
		this.context = chromium.browser().newContext();
		this.page = this.context.newPage();
		this.page.addInitScript("window.EventSource = class extends EventTarget { constructor() { super(); "
				+ "window.stream = this; } close() {} }");
		this.page.navigate(WatchedApplication.console(application));
	}

	private void minutes(int from, int until) {
		this.page.evaluate(
				"""
						async ([from, until]) => {
							const state = await (await fetch('api/state')).json();
							const begin = Date.UTC(2026, 0, 19);
							const give = (name, data) => stream.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
							for (let second = from * 60; second < until * 60; second += 4) {
								const now = new Date(begin + second * 1000).toISOString();
								const at = (ago) => new Date(begin + (Math.floor(second / 60) - ago) * 60000).toISOString();
								const gaps = Array.from({ length: 10 }, (none, ago) => ({ reason: 'RECONNECTED', since: at(10 - ago),
									until: at(10 - ago), dropped: '0', healed: [] }));
								give('state', { ...state, now, gaps, seconds: Array.from({ length: 4 },
									(none, each) => ({ at: begin / 1000 + second + each, count: 10, p50: 0.2, p99: 1 + each })) });
								give('events', { skipped: 0, events: Array.from({ length: 40 }, (none, each) => ({ id: `${second}-${each}`,
									type: 'epoch.closed', app: String(second * 10 + each), published: now, ms: 0.2, payload: `{"index":${each}}` })) });
								if (second % 20 === 0) {
									await new Promise((resolve) => setTimeout(resolve)); // lets it be drawn
								}
							}
						}""",
				List.of(from, until));
	}

	private static JsonObject metrics(CDPSession browser) {
		browser.send("HeapProfiler.collectGarbage");
		JsonObject metrics = new JsonObject();
		browser.send("Performance.getMetrics")
			.getAsJsonArray("metrics")
			.forEach((metric) -> metrics.add(metric.getAsJsonObject().get("name").getAsString(),
					metric.getAsJsonObject().get("value")));
		return metrics;
	}

	@ParameterizedTest
	@CsvSource({ "LIGHT, 1280", "DARK, 1280", "LIGHT, 375", "DARK, 375" })
	void isAccessible(ColorScheme scheme, int width) throws SQLException {
		application.getBean(EventBus.class).publish(Event.of(EventType.of("stall"), "1", null));
		cutConnection();
		this.context.close();
		open("", scheme, width);
		database.execute(HAND_WRITTEN);
		assertThat(this.page.locator(".event").first()).containsText("by-hand");
		assertThat(this.page.locator(".gap.reconnected").first()).containsText("healed by");
		assertThat(this.page.locator(".call").first()).containsText("at work for");
		this.page.locator(".call summary").first().click();
		assertThat(this.page.locator("#sessions .row").first()).isVisible();
		screenshot(scheme + "-" + width);
		assertAccessible();
		assertThat((boolean) this.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
			.as("nothing sticks out at the side")
			.isTrue();
	}

	private void assertAccessible() {
		List<Rule> violations = new AxeBuilder(this.page).analyze().getViolations();
		assertThat(violations).as("%s", describe(violations)).isEmpty();
	}

	private static String describe(List<Rule> violations) {
		return violations.stream()
			.map((rule) -> rule.getId() + ": " + rule.getHelp() + " "
					+ rule.getNodes().stream().map((node) -> node.getHtml() + " " + node.getFailureSummary()).toList())
			.toList()
			.toString();
	}

	private void screenshot(String name) {
		this.page.screenshot(new Page.ScreenshotOptions().setFullPage(true)
			.setPath(Path.of("target", "screenshots", name.toLowerCase(Locale.ROOT) + ".png")));
	}

	private static void publish(EventType type, String app) {
		application.getBean(EventBus.class).publish(Event.of(type, app, null));
	}

}
