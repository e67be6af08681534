package dev.pgevents.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The dashboard and the rules that the documentation offers ask for meters that there
 * are.
 */
class MonitoringFilesTests {

	private static final Path FILES = Path.of("..", "docs", "examples", "monitoring");

	private static final Pattern NAME = Pattern.compile("\\bevents_[a-z_]+");

	private static String scraped;

	@BeforeAll
	static void scrape() throws SQLException {
		TestPostgres database = TestPostgres.shared().createDatabase();
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
					EventListenerAutoConfiguration.class, EventsMetricsAutoConfiguration.class))
			.withPropertyValues(TestDatabase.properties(database))
			.withPropertyValues("events.log.enabled=true")
			.withBean("worker", Worker.class)
			.run((context) -> {
				context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(registry));
				context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), "7", null));
				await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
					scraped = registry.scrape();
					assertThat(scraped).contains("events_handler_duration_seconds_count{",
							"events_handler_filtered_total{", "events_sync_run_seconds_max{",
							"events_group_handled_total{group=\"billing\"} 1.0",
							"events_group_lag{group=\"billing\"} 0.0");
				});
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "events-rules.yml", "events-dashboard.json" })
	void filesAskForMetersThatThereAre(String file) throws IOException {
		assertThat(names(Files.readString(FILES.resolve(file)))).isNotEmpty().isSubsetOf(names(scraped));
	}

	@Test
	void dashboardShowsEachMeter() throws IOException {
		JsonNode dashboard = new ObjectMapper().readTree(FILES.resolve("events-dashboard.json").toFile());
		Set<String> shown = families(names(String.join(" ", dashboard.findValuesAsText("expr"))));
		assertThat(shown).containsAll(families(names(scraped)));
	}

	@Test
	void eachMeterSaysWhatItMeasures() {
		Set<String> families = families(names(scraped));
		assertThat(families)
			.allSatisfy((family) -> assertThat(scraped).containsPattern("# HELP " + family + "\\w* +\\S"));
		assertThat(scraped).doesNotContain("\"null\"");
	}

	/** Others' scrapes name the tags, which is all that the table needs. */
	@Test
	void documentationHasEachMeterWithItsTags() throws IOException {
		Map<String, Set<String>> documented = new TreeMap<>();
		Pattern.compile("(?m)^\\| `(events\\.[a-z.]+)` \\| [a-z]+ \\| (.*?) \\|")
			.matcher(Files.readString(Path.of("..", "docs", "spring.md")))
			.results()
			.forEach((row) -> documented.put(row.group(1).replace('.', '_'), tags(row.group(2), "`([a-z]+)`")));
		Map<String, Set<String>> present = new TreeMap<>();
		Pattern.compile("(?m)^(events_[a-z_]+)(\\{.*?\\})? ")
			.matcher(scraped)
			.results()
			.filter((line) -> !line.group(1).endsWith("_bucket"))
			.forEach((line) -> present.put(line.group(1).replaceAll("(_seconds)?(_total|_count|_sum|_max)?$", ""),
					tags(String.valueOf(line.group(2)), "[{,]([a-z]+)=")));
		assertThat(documented).isEqualTo(present);
	}

	private static Set<String> tags(String text, String pattern) {
		return Pattern.compile(pattern)
			.matcher(text)
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Set<String> names(String text) {
		return NAME.matcher(text)
			.results()
			.map((match) -> match.group())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Set<String> families(Set<String> names) {
		return names.stream()
			.map((name) -> name.replaceAll("_(total|bucket|count|sum|max)$", ""))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	static class Worker {

		@OnDomainEvent("order.placed")
		void on(Event event) {
		}

		@OnDomainEvent(types = "order.placed", condition = "#event.appId == '8'")
		void onOther(Event event) {
		}

		@OnDomainEvent(types = "order.placed", group = "billing")
		void bill(Event event) {
		}

		@SyncOnDomainEvent(types = "order.placed")
		void catchUp() {
		}

	}

}
