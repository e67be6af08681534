package dev.pgevents.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.pgevents.console.Chromium;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a visitor of the node's page does to it, and sees, in a real browser. Skipped
 * where none is installed.
 */
@Timeout(300)
class NodePageTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static Chromium chromium;

	private static ConfigurableApplicationContext node;

	private final List<String> complaints = new CopyOnWriteArrayList<>();

	private BrowserContext context;

	private Page page;

	@BeforeAll
	static void startAll() {
		chromium = Chromium.start();
		PlaywrightAssertions.setDefaultAssertionTimeout(LIMIT.toMillis());
		node = NodeApplication.application()
			.run("--server.port=0", "--node.block-time=150ms", "--logging.level.dev.pgevents=warn");
	}

	@AfterAll
	static void stopAll() {
		if (node != null) {
			node.close();
		}
		if (chromium != null) {
			chromium.close();
		}
	}

	@BeforeEach
	void openPage() {
		open(ColorScheme.LIGHT, 1360);
	}

	@AfterEach
	void closePage() {
		this.context.close();
		assertThat(this.complaints).isEmpty();
	}

	private void open(ColorScheme scheme, int width) {
		this.context = chromium.browser()
			.newContext(new Browser.NewContextOptions().setViewportSize(width, 900)
				.setColorScheme(scheme)
				.setReducedMotion(ReducedMotion.REDUCE));
		this.context.setDefaultTimeout(LIMIT.toMillis());
		this.page = this.context.newPage();
		this.page.onPageError(this.complaints::add);
		this.page.onConsoleMessage((message) -> {
			if (List.of("error", "warning").contains(message.type())) {
				this.complaints.add(message.text());
			}
		});
		this.page.navigate("http://localhost:" + node.getEnvironment().getProperty("local.server.port") + "/");
		state("Listening");
	}

	@Test
	void showsEachServiceAtWork() {
		for (NodeService service : NodeService.values()) {
			assertThat(this.page.locator("[data-service=" + service + "] .node-act")).containsText(".");
		}
		assertThat(this.page.locator(".node-board tbody tr")).hasCount(4);
		assertThat(this.page.locator(".node-epoch.claim-accepted").first()).isVisible();
		assertThat(this.page.locator("tr.inoperable")).containsText("app 4");
	}

	@Test
	void explainsTheHybridPatternByKeyboard() {
		Locator pattern = this.page.locator(".node-pattern");
		pattern.locator("summary").focus();
		this.page.keyboard().press("Enter");
		assertThat(pattern.locator("p").first()).isVisible();
		assertThat(pattern).containsText("looks at its table, at the start, after every gap");
	}

	@Test
	void connectionThatAVisitorCutsIsToldAndHeals() {
		int before = this.page.locator(".gap.reconnected").count();
		press("Cut the connection", "Cut");
		this.page.waitForCondition(() -> this.page.locator(".gap.reconnected").count() > before);
		assertThat(this.page.locator(".gap.reconnected").first()).containsText("healed by");
		state("Listening");
	}

	@Test
	void stalledValidatorHoldsUpNobodyElseAndCatchesUp() {
		press("Stall the validator", "Stall");
		Locator waiting = this.page.locator("td .node-epoch.inputs-processed");
		await().atMost(LIMIT).until(() -> waiting.count() >= 4);
		Locator row = this.page.locator("#subscriptions .row",
				new Page.LocatorOptions().setHasText("validator.calculate"));
		assertThat(row.locator(".call")).containsText("epoch.inputs_processed");
		button("Let the validator go on").click();
		assertThat(button("Stall the validator")).isVisible();
		await().atMost(LIMIT).until(() -> waiting.count() <= 1);
	}

	@Test
	void nodeWithoutEventsGetsOnByLookingAtItsTables() {
		press("Switch events off", "Switch off");
		state("Connection lost");
		assertThat(this.page.locator("#connection-problem")).containsText("switched off on the node's page");
		long settled = settled();
		await().atMost(LIMIT).until(() -> settled() > settled);
		button("Switch events on").click();
		state("Listening");
	}

	@Test
	void heldCommitLockIsSeenAndLetGo() {
		press("Hold the commit lock", "Hold");
		assertThat(this.page.locator("#lock-waiters")).containsText("session");
		assertThat(this.page.locator("#lock-waiters")).hasText("nobody");
		long settled = settled();
		await().atMost(LIMIT).until(() -> settled() > settled);
	}

	@Test
	void burstOverflowsABufferAndLosesNoInput() {
		this.page.locator(".node-controls select").selectOption("2");
		press("Burst of 10,000", "Send");
		assertThat(this.page.locator(".gap.overflow").first()).containsText("dropped");
		assertThat(this.page.locator("#feed-status")).containsText("not shown");
		await().atMost(Duration.ofSeconds(120))
			.until(() -> jdbc().sql("SELECT count(*) FROM input WHERE app_id = '2' AND processed")
				.query(Long.class)
				.single() > 10_000);
	}

	@Test
	void inputOfAVisitorIsProcessed() {
		this.page.locator(".node-controls select").selectOption("1");
		button("Submit an input").click();
		assertThat(this.page.locator("#toast")).containsText("1 input for application 1");
	}

	@ParameterizedTest
	@CsvSource({ "LIGHT, 1360", "DARK, 1360", "LIGHT, 390", "DARK, 390" })
	void isAccessible(ColorScheme scheme, int width) {
		press("Cut the connection", "Cut");
		this.context.close();
		open(scheme, width);
		assertThat(this.page.locator(".event").nth(20)).isAttached();
		assertThat(this.page.locator(".gap.reconnected").first()).containsText("healed by");
		assertThat(this.page.locator("#sessions .row").first()).isVisible();
		this.page.screenshot(new Page.ScreenshotOptions().setFullPage(true)
			.setPath(Path.of("target", "screenshots",
					"node-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width + ".png")));
		if (width > 1000) { // as the README shows it
			this.page.screenshot(new Page.ScreenshotOptions().setClip(0, 0, width, 1420)
				.setFullPage(true)
				.setPath(Path.of("target", "screenshots", "node-" + scheme.name().toLowerCase(Locale.ROOT) + ".png")));
		}
		List<Rule> violations = new AxeBuilder(this.page).analyze().getViolations();
		assertThat(violations.stream().map((rule) -> rule.getHelp() + " " + rule.getNodes().get(0).getHtml()).toList())
			.isEmpty();
		assertThat((boolean) this.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
			.as("nothing sticks out at the side")
			.isTrue();
	}

	private Locator button(String label) {
		return this.page.locator(".node-controls button", new Page.LocatorOptions().setHasText(label));
	}

	private void press(String button, String confirmation) {
		button(button).click();
		assertThat(this.page.locator("#confirm")).isVisible();
		assertThat(this.page.locator("#confirm-yes")).hasText(confirmation);
		this.page.locator("#confirm-yes").click();
	}

	private void state(String state) {
		LocatorAssertions shown = assertThat(this.page.locator("#connection-state"));
		shown.hasText(state);
	}

	private static long settled() {
		return jdbc().sql("SELECT count(*) FROM epoch WHERE status IN ('CLAIM_ACCEPTED', 'CLAIM_REJECTED')")
			.query(Long.class)
			.single();
	}

	private static JdbcClient jdbc() {
		return node.getBean(JdbcClient.class);
	}

}
