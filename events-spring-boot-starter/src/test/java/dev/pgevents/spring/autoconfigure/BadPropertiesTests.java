package dev.pgevents.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.spring.EventsConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values of properties that cannot work: each fails the start, which names the property
 * and says what to do, whether or not anything would use it.
 */
@ExtendWith(OutputCaptureExtension.class)
class BadPropertiesTests {

	/** Of each property at least one value, several parted by bars. */
	private static final Map<String, String> BAD = Map.ofEntries(Map.entry("events.enabled", "perhaps|2"),
			Map.entry("events.backend", "nowhere"), Map.entry("events.postgres.url", "jdbc:mysql://h/d|localhost"),
			Map.entry("events.postgres.username", "without-url"), Map.entry("events.postgres.password", "without-url"),
			Map.entry("events.channels.strategy", "many"),
			Map.entry("events.channels.name", "c234567890123456789012345678901234567890123456789012345678901234"),
			Map.entry("events.channels.partitions", "0|1025|few"), Map.entry("events.channels.types", "Epoch Closed"),
			Map.entry("events.channels.stages", "perhaps"), Map.entry("events.payload.mapper", "mine|application"),
			Map.entry("events.publisher.mode", "later"), Map.entry("events.publisher.queue-capacity", "0|99999999999"),
			Map.entry("events.publisher.max-batch", "0|-1"), Map.entry("events.publisher.timeout", "0s|soon"),
			Map.entry("events.publisher.lock-timeout", "0s"), Map.entry("events.listener.enabled", "perhaps"),
			Map.entry("events.listener.auto-startup", "perhaps"), Map.entry("events.listener.buffer-size", "0"),
			Map.entry("events.listener.overflow", "drop-all"), Map.entry("events.listener.concurrency", "0|many"),
			Map.entry("events.listener.heartbeat", "0s|-1s"), Map.entry("events.listener.shutdown-timeout", "0s"),
			Map.entry("events.listener.slow-handler-threshold", "0s"),
			Map.entry("events.listener.inline-handlers", "perhaps"),
			Map.entry("events.listener.recovery.initial-delay", "0s"),
			Map.entry("events.listener.recovery.multiplier", "0.5|NaN"),
			Map.entry("events.listener.recovery.max-delay", "1ms"), Map.entry("events.security.signing-key", "short"),
			Map.entry("events.security.verification-keys", "alone"),
			Map.entry("events.application-events.enabled", "perhaps"),
			Map.entry("events.application-events.types", "Epoch Closed"),
			Map.entry("events.application-events.transactional", "perhaps|true"),
			Map.entry("events.log.enabled", "perhaps"), Map.entry("events.log.initialize", "sometimes"),
			Map.entry("events.log.schema", "a-b"), Map.entry("events.log.table-prefix", "a b"),
			Map.entry("events.log.partitions", "0|1025"), Map.entry("events.log.types", "Epoch Closed"),
			Map.entry("events.log.max-size", "0B|3GB|-5GB|large"), Map.entry("events.log.retention", "0s|1ms"),
			Map.entry("events.log.retention-max", "1d"), Map.entry("events.log.acknowledge-every", "0"),
			Map.entry("events.log.page-size", "0"), Map.entry("events.log.retry.max-attempts", "0"),
			Map.entry("events.log.retry.initial-delay", "0s"), Map.entry("events.log.retry.multiplier", "0.5"),
			Map.entry("events.log.retry.max-delay", "1ms"),
			Map.entry("management.health.events.grace-period", "-1s|long"));

	/** An app id is any text; what Boot itself reads. */
	private static final Set<String> NEVER_BAD = Set.of("events.application-events.apps",
			"management.health.events.enabled");

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class, EventsHealthAutoConfiguration.class));

	@ParameterizedTest
	@MethodSource("properties")
	void eachFailsTheStartAndIsNamedWithTheRemedy(String property, String value) {
		String backend = property.contains("postgres") ? "postgres" : "in-memory";
		this.runner.withPropertyValues("events.backend=" + backend, property + "=" + value).run((context) -> {
			assertThat(context).hasFailed();
			List<Throwable> causes = causes(context.getStartupFailure());
			assertThat(causes).anySatisfy((cause) -> assertThat(cause.getMessage()).contains(property));
			assertThat(causes).anySatisfy((cause) -> assertThat(cause).isInstanceOfAny(BindException.class,
					EventsConfigurationException.class));
			causes.stream()
				.filter(EventsConfigurationException.class::isInstance)
				.map(EventsConfigurationException.class::cast)
				.forEach((cause) -> assertThat(cause.action()).matches("(?s)[A-Z].*\\."));
		});
	}

	@Test
	void thereIsABadValueForEachProperty() throws IOException {
		Set<String> tested = new TreeSet<>(BAD.keySet());
		tested.addAll(NEVER_BAD);
		try (InputStream metadata = EventsProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			Set<String> known = new TreeSet<>();
			for (JsonNode property : new ObjectMapper().readTree(metadata).get("properties")) {
				known.add(property.get("name").asText());
			}
			known.removeIf((name) -> name.startsWith("management.endpoint.")); // Boot's
																				// own
			assertThat(tested).isEqualTo(known);
		}
	}

	@ParameterizedTest
	@CsvSource({ "true, true", "on, true", "TRUE, true", "false, false", "off, false" })
	void readsEnabledAsBootReadsAnyBoolean(String value, boolean enabled) {
		this.runner.withPropertyValues("events.backend=in-memory", "events.enabled=" + value)
			.run((context) -> assertThat(context.containsBean("domainEventBus")).isEqualTo(enabled));
	}

	@Test
	void saysOnceWhatTheStrategyDoesNotUse(CapturedOutput output) {
		this.runner
			.withPropertyValues("events.backend=in-memory", "events.channels.types=order.placed",
					"events.channels.partitions=4")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.getOut().lines().filter((line) -> line.contains("has no effect"))).satisfiesExactly(
				(line) -> assertThat(line).contains(
						"events.channels.types has no effect with events.channels.strategy=single: it is for per-type"),
				(line) -> assertThat(line).contains(
						"events.channels.partitions has no effect with events.channels.strategy=single: it is for per-app"));
	}

	@Test
	void saysNothingOfWhatTheStrategyUses(CapturedOutput output) {
		this.runner
			.withPropertyValues("events.backend=in-memory", "events.channels.strategy=per-type",
					"events.channels.types=order.placed")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("has no effect");
	}

	static List<String[]> properties() {
		List<String[]> properties = new ArrayList<>();
		BAD.forEach((property, values) -> Stream.of(values.split("\\|"))
			.forEach((value) -> properties.add(new String[] { property, value })));
		return properties.stream().sorted((one, other) -> one[0].compareTo(other[0])).collect(Collectors.toList());
	}

	private static List<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, (cause) -> cause != null, Throwable::getCause).toList();
	}

}
