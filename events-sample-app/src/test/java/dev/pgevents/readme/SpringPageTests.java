package dev.pgevents.readme;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.EventBus;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsProperties;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class SpringPageTests {

	private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.-]+\\.[a-z.-]+)` \\| (?:`(.+?)`)? ?\\|");

	private static final Pattern LIMIT = Pattern.compile("(?m) \\| `([^`|]+)` \\| `([a-z.-]+\\.[a-z.-]+)` \\|$");

	private static final Pattern EXAMPLE = Pattern.compile("(?s)```java\n(.*?)```");

	private static final Pattern IMPORT = Pattern.compile("(?m)^import ([\\w.]+);\n");

	@Test
	void tableHasEachPropertyWithItsDefault() throws IOException {
		Map<String, String> table = new TreeMap<>();
		ROW.matcher(Files.readString(Path.of("../docs/spring.md")))
			.results()
			.forEach((row) -> table.put(row.group(1), (row.group(2) != null) ? row.group(2) : ""));
		assertThat(table).isEqualTo(metadata());
	}

	@Test
	void tableOfDefaultsAndLimitsHasThemAsTheyAre() throws IOException {
		Map<String, String> table = new TreeMap<>();
		LIMIT.matcher(Files.readString(Path.of("../docs/reliability.md")))
			.results()
			.forEach((row) -> table.put(row.group(2), row.group(1)));
		assertThat(table).hasSizeGreaterThan(10);
		assertThat(metadata()).containsAllEntriesOf(table);
	}

	@Test
	void examplesWork() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory", "app.id=1")
			.withBean(SpringPageExamples.Claims.class)
			.withBean(SpringPageExamples.Handlers.class)
			.withBean(SpringPageExamples.Syncs.class)
			.withBean(SpringPageExamples.Publishing.class)
			.withBean(SpringPageExamples.Listeners.class)
			.run((context) -> {
				context.getBean(SpringPageExamples.Publishing.class).publish("1");
				await().atMost(Duration.ofSeconds(20))
					.until(() -> context.getBean(EventBus.class)
						.subscriptions()
						.stream()
						.filter((subscription) -> subscription.filter().types().contains("input.*"))
						.anyMatch((subscription) -> subscription.stats().handled() == 2));
			});
	}

	@Test
	void examplesAreTheOnesTested() throws IOException {
		String tested = code(Files.readString(Path.of("src/test/java/dev/pgevents/readme/SpringPageExamples.java")));
		Matcher example = EXAMPLE.matcher(Files.readString(Path.of("../docs/spring.md")));
		assertThat(example.results()).hasSizeGreaterThan(3)
			.allSatisfy((block) -> assertThat(tested).contains(code(IMPORT.matcher(block.group(1)).replaceAll(""))));
	}

	@Test
	void examplesHaveTheirImports() throws IOException {
		String tested = Files.readString(Path.of("src/test/java/dev/pgevents/readme/SpringPageExamples.java"));
		List<String> imports = imports(tested);
		assertThat(EXAMPLE.matcher(Files.readString(Path.of("../docs/spring.md"))).results()).allSatisfy((block) -> {
			String example = IMPORT.matcher(block.group(1)).replaceAll("").replaceAll("//.*", "");
			List<String> needed = imports.stream().filter((each) -> names(example, each)).toList();
			assertThat(imports(block.group(1))).containsExactlyInAnyOrderElementsOf(needed);
		});
	}

	private static List<String> imports(String source) {
		return IMPORT.matcher(source).results().map((line) -> line.group(1)).toList();
	}

	private static boolean names(String code, String imported) {
		String name = imported.substring(imported.lastIndexOf('.') + 1);
		return Pattern.compile("(?<![\\w.])" + name + "\\b").matcher(code).find();
	}

	/** What the compiler sees of it, where three dots stand for no code. */
	private static String code(String text) {
		return text.replaceAll("//.*|\\s|…", "");
	}

	private static Map<String, String> metadata() throws IOException {
		Map<String, String> defaults = new TreeMap<>();
		try (InputStream metadata = EventsProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			for (JsonNode property : new ObjectMapper().readTree(metadata).get("properties")) {
				if (!property.get("name").asText().startsWith("management.endpoint.")) {
					defaults.put(property.get("name").asText(), property.path("defaultValue").asText());
				}
			}
		}
		return defaults;
	}

}
