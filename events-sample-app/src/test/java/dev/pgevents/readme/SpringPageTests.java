package dev.pgevents.readme;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.spring.autoconfigure.EventsProperties;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SpringPageTests {

	private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.-]+\\.[a-z.-]+)` \\| (?:`(.+?)`)? ?\\|");

	private static final Pattern LIMIT = Pattern.compile("(?m) \\| `([^`|]+)` \\| `([a-z.-]+\\.[a-z.-]+)` \\|$");

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
