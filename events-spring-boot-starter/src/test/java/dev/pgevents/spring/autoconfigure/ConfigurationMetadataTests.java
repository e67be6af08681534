package dev.pgevents.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

class ConfigurationMetadataTests {

	/** Null or empty means that nothing was said. */
	private static final Set<String> WITHOUT_DEFAULT = Set.of("events.channels.types", "events.postgres.url",
			"events.postgres.username", "events.postgres.password", "events.security.signing-key",
			"events.security.verification-keys", "events.application-events.types", "events.application-events.apps",
			"events.log.types", "events.log.retention-max");

	private static List<JsonNode> properties;

	private static Map<String, JsonNode> hints;

	@BeforeAll
	static void read() throws IOException {
		try (InputStream metadata = EventsProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			JsonNode root = new ObjectMapper().readTree(metadata);
			properties = stream(root.get("properties"))
				.filter((property) -> !name(property).startsWith("management.endpoint.")) // Boot's
																							// own
				.toList();
			hints = stream(root.get("hints"))
				.collect(Collectors.toMap(ConfigurationMetadataTests::name, Function.identity()));
		}
	}

	@Test
	void everyPropertyOfTheDesignIsThere() {
		assertThat(properties).extracting(ConfigurationMetadataTests::name)
			.containsExactlyInAnyOrder("events.enabled", "events.backend", "events.postgres.url",
					"events.postgres.username", "events.postgres.password", "events.channels.strategy",
					"events.channels.name", "events.channels.partitions", "events.channels.types",
					"events.channels.stages", "events.payload.mapper", "events.publisher.mode",
					"events.publisher.queue-capacity", "events.publisher.max-batch", "events.publisher.timeout",
					"events.publisher.lock-timeout", "events.listener.enabled", "events.listener.auto-startup",
					"events.listener.buffer-size", "events.listener.overflow", "events.listener.concurrency",
					"events.listener.heartbeat", "events.listener.shutdown-timeout",
					"events.listener.slow-handler-threshold", "events.listener.inline-handlers",
					"events.listener.recovery.initial-delay", "events.listener.recovery.multiplier",
					"events.listener.recovery.max-delay", "events.security.signing-key",
					"events.security.verification-keys", "events.application-events.enabled",
					"events.application-events.types", "events.application-events.apps",
					"events.application-events.transactional", "events.log.enabled", "events.log.initialize",
					"events.log.schema", "events.log.table-prefix", "events.log.partitions", "events.log.types",
					"events.log.max-size", "events.log.retention", "events.log.retention-max",
					"events.log.retry.max-attempts", "events.log.retry.initial-delay", "events.log.retry.multiplier",
					"events.log.retry.max-delay", "events.log.acknowledge-every", "events.log.page-size",
					"management.health.events.enabled", "management.health.events.grace-period");
	}

	@Test
	void everyPropertyIsDescribed() {
		assertThat(properties).allSatisfy((property) -> assertThat(property.path("description").asText()).isNotBlank());
	}

	@Test
	void everyDefaultIsGiven() {
		assertThat(properties).filteredOn((property) -> !property.has("defaultValue"))
			.extracting(ConfigurationMetadataTests::name)
			.containsExactlyInAnyOrderElementsOf(WITHOUT_DEFAULT);
	}

	@Test
	void everyValueOfAnEnumIsHinted() {
		List<JsonNode> enums = properties.stream().filter((property) -> type(property).isEnum()).toList();
		assertThat(enums).hasSize(6).allSatisfy((property) -> {
			assertThat(hints).containsKey(name(property));
			List<String> hinted = stream(hints.get(name(property)).get("values"))
				.map((hint) -> hint.get("value").asText())
				.toList();
			assertThat(hinted).containsExactlyElementsOf(values(type(property)));
		});
	}

	private static List<String> values(Class<?> type) {
		return Arrays.stream(type.getEnumConstants())
			.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList();
	}

	private static Class<?> type(JsonNode property) {
		String name = property.get("type").asText().replaceFirst("<.*", "");
		return ClassUtils.resolveClassName(name, EventsProperties.class.getClassLoader());
	}

	private static String name(JsonNode node) {
		return node.get("name").asText();
	}

	private static Stream<JsonNode> stream(JsonNode array) {
		return StreamSupport.stream(array.spliterator(), false);
	}

}
