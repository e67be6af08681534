package dev.pgevents.sample;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of {@code docs/event-catalog.md}, against the catalogue and the sample.
 */
class EventCatalogTests {

	/** Type, what it means, by whom, who reacts, payload, what to look up. */
	private static final Pattern ROW = Pattern
		.compile("(?m)^\\| `([a-z._]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]*) ?\\| ([^|]*) ?\\| ([^|]*) ?\\|$");

	private static final Pattern PUBLISHED = Pattern.compile("new Events\\.(\\w+)\\(");

	private static final Map<String, Class<?>> SERVICES = new TreeMap<>(Map.of("EvmReader", EvmReader.class, "Advancer",
			Advancer.class, "Validator", Validator.class, "Claimer", Claimer.class, "PRT", Prt.class));

	@Test
	void tableHasEachTypeOfTheCatalogueOnce() throws IOException {
		assertThat(rows().map((row) -> row.group(1)))
			.containsExactlyInAnyOrderElementsOf(EventTypes.all().stream().map(EventType::value).toList());
	}

	@Test
	void tableHasThePayloadsOfTheSample() throws IOException {
		assertThat(column(5)).isEqualTo(byType((payload) -> Arrays.stream(payload.getRecordComponents())
			.filter((component) -> !component.isAnnotationPresent(AppId.class)
					&& !component.getAccessor().isAnnotationPresent(AppId.class))
			.map(RecordComponent::getName)
			.collect(Collectors.toCollection(TreeSet::new))));
	}

	@Test
	void schemaHasThePayloadsOfTheSample() throws IOException {
		JsonNode schema = new ObjectMapper().readTree(Path.of("../docs/examples/event-catalog.schema.json").toFile())
			.get("$defs");
		Map<String, Map<String, String>> described = new TreeMap<>();
		for (EventType type : EventTypes.all()) {
			Map<String, String> fields = described.computeIfAbsent(type.value(), (each) -> new TreeMap<>());
			schema.get(type.value())
				.get("properties")
				.properties()
				.forEach((field) -> fields.put(field.getKey(), resolved(schema, field.getValue())));
			assertThat(schema.get(type.value()).get("required")).as(type.value()).hasSize(fields.size());
		}
		assertThat(described).isEqualTo(Arrays.stream(Events.class.getDeclaredClasses())
			.collect(Collectors.toMap((payload) -> payload.getAnnotation(DomainEvent.class).value(),
					(payload) -> Arrays.stream(payload.getRecordComponents())
						.collect(Collectors.toMap(RecordComponent::getName,
								(field) -> (field.getType() == long.class) ? "integer" : "string", (one, other) -> one,
								TreeMap::new)),
					(one, other) -> one, TreeMap::new)));
	}

	/** The type of a field, which is defined once for all. */
	private static String resolved(JsonNode schema, JsonNode field) {
		return schema.get(field.get("$ref").asText().substring("#/$defs/".length())).get("type").asText();
	}

	@Test
	void tableSaysWhoPublishes() throws IOException {
		Map<String, Set<String>> published = new TreeMap<>();
		for (Map.Entry<String, Class<?>> service : SERVICES.entrySet()) {
			String source = Files
				.readString(Path.of("src/main/java/dev/pgevents/sample", service.getValue().getSimpleName() + ".java"));
			PUBLISHED.matcher(source)
				.results()
				.forEach((event) -> published.computeIfAbsent(type(event.group(1)), (type) -> new TreeSet<>())
					.add(service.getKey()));
		}
		assertThat(column(3)).isEqualTo(published);
	}

	@Test
	void tableSaysWhoReacts() throws IOException {
		Map<String, Set<String>> reacting = new TreeMap<>();
		for (EventType type : EventTypes.all()) {
			reacting.put(type.value(),
					SERVICES.entrySet()
						.stream()
						.filter((service) -> reacts(service.getValue(), type))
						.map(Map.Entry::getKey)
						.collect(Collectors.toCollection(TreeSet::new)));
		}
		assertThat(column(4)).isEqualTo(reacting);
	}

	private static boolean reacts(Class<?> service, EventType type) {
		return Arrays.stream(service.getDeclaredMethods())
			.flatMap(EventCatalogTests::types)
			.anyMatch((asked) -> SubscriptionFilter.types(asked).matches(Event.of(type, null, null)));
	}

	private static Stream<String> types(Method method) {
		OnDomainEvent handler = method.getAnnotation(OnDomainEvent.class);
		SyncOnDomainEvent sync = method.getAnnotation(SyncOnDomainEvent.class);
		return Stream.concat((handler != null) ? Stream.concat(Stream.of(handler.value()), Stream.of(handler.types()))
				: Stream.empty(), (sync != null) ? Stream.of(sync.types()) : Stream.empty());
	}

	private static String type(String payload) {
		return Arrays.stream(Events.class.getDeclaredClasses())
			.filter((candidate) -> candidate.getSimpleName().equals(payload))
			.map((candidate) -> candidate.getAnnotation(DomainEvent.class).value())
			.findFirst()
			.orElseThrow();
	}

	private static Map<String, Set<String>> byType(Function<Class<?>, Set<String>> value) {
		return Arrays.stream(Events.class.getDeclaredClasses())
			.collect(Collectors.toMap((payload) -> payload.getAnnotation(DomainEvent.class).value(), value,
					(one, other) -> one, TreeMap::new));
	}

	/** A column's words by type. */
	private static Map<String, Set<String>> column(int group) throws IOException {
		return rows().collect(Collectors.toMap((row) -> row.group(1), (row) -> words(row.group(group)),
				(one, other) -> one, TreeMap::new));
	}

	private static Set<String> words(String cell) {
		return List.of(cell.replace("`", "").trim().split(", "))
			.stream()
			.filter((word) -> !word.isEmpty())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Stream<MatchResult> rows() throws IOException {
		return ROW.matcher(Files.readString(Path.of("../docs/event-catalog.md"))).results().toList().stream();
	}

}
