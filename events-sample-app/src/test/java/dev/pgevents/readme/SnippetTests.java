package dev.pgevents.readme;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the pages ask their readers to copy: Java that stands in a test, which compiles
 * it, SQL that runs, properties and benchmarks that exist.
 */
class SnippetTests {

	private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

	private static final Pattern BLOCK = Pattern.compile("(?ms)^( *)```(\\w+)\n(.*?)^ *```$");

	/**
	 * A blank line behind which something new begins at the margin, or what is left out;
	 * each import.
	 */
	private static final Pattern PARTS = Pattern.compile("\n\\s*\n(?=\\S)(?!})|\n\\s*…[^\n]*\n|\n(?=import )");

	private static final Pattern IMPORT = Pattern.compile("(?m)^import ([\\w.]+);\n");

	private static final Pattern PROPERTY = Pattern
		.compile("(?m)^ *((?:events|management\\.health\\.events)\\.[\\w.-]+)[:=]");

	private static final Pattern BENCHMARK = Pattern.compile("-Dbenchmark=(\\w+)");

	@Test
	void javaStandsInATest() throws IOException {
		Collection<String> tested = testSources().stream().map(SnippetTests::code).toList();
		List<String> untested = new ArrayList<>();
		int parts = 0;
		for (Snippet snippet : snippets("java")) {
			for (String part : PARTS.split(snippet.text())) {
				parts++;
				if (!isImport(part) && tested.stream().noneMatch((source) -> source.contains(code(part)))) {
					untested.add(snippet.page() + ":\n" + part);
				}
			}
		}
		assertThat(untested).as("compiled by no test, such as PageExamples").isEmpty();
		assertThat(parts).isGreaterThan(20);
	}

	/** Of a class in the package of the test that holds the example, too. */
	private static boolean isImport(String part) {
		Matcher single = IMPORT.matcher(part.strip() + "\n");
		return single.matches() && ClassUtils.isPresent(single.group(1), null);
	}

	/** What the test that holds it has to import, a reader has to. */
	@Test
	void javaOfThePagesHasItsImports() throws IOException {
		Map<String, String> tests = new LinkedHashMap<>();
		testSources().forEach((source) -> tests.put(source, code(source)));
		for (Snippet snippet : snippets("java")) {
			if (snippet.page().startsWith("docs")) {
				String text = snippet.text();
				String example = IMPORT.matcher(text).replaceAll("");
				Set<String> needed = new TreeSet<>();
				for (String part : PARTS.split(example.strip())) {
					String code = code(part);
					tests.forEach((source, tested) -> {
						if (tested.contains(code)) {
							needed.addAll(named(imports(source), example));
						}
					});
				}
				assertThat(imports(text)).as(snippet.page() + ":\n" + text)
					.containsAll(needed)
					.isEqualTo(named(imports(text), example));
			}
		}
	}

	private static Set<String> imports(String source) {
		return IMPORT.matcher(source)
			.results()
			.map((line) -> line.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Set<String> named(Set<String> imports, String example) {
		String code = example.replaceAll("//.*", "");
		return imports.stream()
			.filter((
					each) -> Pattern.compile("(?<![\\w.])" + each.replaceAll(".*\\.", "") + "\\b").matcher(code).find())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/** What the compiler sees of it, where three dots stand for no code. */
	private static String code(String text) {
		return text.replaceAll("//.*|\\s|…", "");
	}

	private static Collection<String> testSources() throws IOException {
		List<String> sources = new ArrayList<>();
		try (Stream<Path> modules = Files.list(ROOT)) {
			for (Path tests : modules.map((module) -> module.resolve("src/test/java")).filter(Files::exists).toList()) {
				try (Stream<Path> files = Files.walk(tests)) {
					for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
						sources.add(Files.readString(file));
					}
				}
			}
		}
		return sources;
	}

	/**
	 * What the SQL makes beside its database; a server may be there for more than one
	 * run.
	 */
	@BeforeEach
	@AfterEach
	void dropShop() throws SQLException {
		TestPostgres.shared().execute("DROP DATABASE IF EXISTS shop");
		TestPostgres.shared().execute("DROP ROLE IF EXISTS shipping");
	}

	@Test
	void sqlRuns() throws Exception {
		TestPostgres database = TestPostgres.shared().createDatabase();
		database.execute("CREATE EXTENSION pgcrypto");
		database.execute("CREATE TABLE epoch (app text, index bigint)");
		database.execute("CREATE TABLE outbox (id bigserial, type text, aggregate_id text, payload text)");
		try (InputStream script = PostgresEventBus.class.getResourceAsStream("event_notify.sql")) {
			database.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
		}
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.dataSource(database.dataSource())
			.log(EventLogSettings.builder().initialize(true).build())
			.build()) {
			bus.initializeEventLog();
		}
		database.execute("CREATE DATABASE shop");
		database.execute("CREATE ROLE publisher; CREATE ROLE reader; CREATE ROLE consumer");
		Map<Snippet, String> failed = new TreeMap<>();
		for (Snippet snippet : snippets("sql")) {
			try {
				database.execute(snippet.text());
			}
			catch (SQLException ex) {
				failed.put(snippet, ex.getMessage());
			}
		}
		database.execute("DROP OWNED BY publisher, reader, consumer; DROP ROLE publisher, reader, consumer");
		assertThat(failed).isEmpty();
		assertThat(snippets("sql")).hasSizeGreaterThan(5);
		database.execute("INSERT INTO epoch VALUES ('1', 42)"); // the trigger of
																// docs/wire-format.md
	}

	@Test
	void propertiesExist() throws IOException {
		Set<String> known = new TreeSet<>();
		for (InputStream metadata : List.of(metadata("dev.pgevents.spring.autoconfigure.EventsProperties"),
				metadata("dev.pgevents.console.EventsConsoleProperties"))) {
			for (JsonNode property : new ObjectMapper().readTree(metadata).get("properties")) {
				known.add(property.get("name").asText());
			}
		}
		List<String> named = new ArrayList<>();
		for (Snippet snippet : Stream.concat(snippets("yaml").stream(), snippets("properties").stream()).toList()) {
			PROPERTY.matcher(snippet.text()).results().map((name) -> name.group(1)).forEach(named::add);
		}
		assertThat(known).containsAll(named);
		assertThat(named).hasSizeGreaterThan(5);
	}

	private static InputStream metadata(String classOfTheModule) {
		try {
			String location = Class.forName(classOfTheModule).getProtectionDomain().getCodeSource().getLocation() + "";
			return URI
				.create((location.endsWith(".jar") ? "jar:" + location + "!/" : location)
						+ "META-INF/spring-configuration-metadata.json")
				.toURL()
				.openStream();
		}
		catch (ClassNotFoundException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void benchmarksExist() throws IOException {
		List<String> named = new ArrayList<>();
		for (Path page : pages()) {
			BENCHMARK.matcher(Files.readString(page)).results().map((name) -> name.group(1)).forEach(named::add);
		}
		assertThat(named).hasSizeGreaterThan(5)
			.allSatisfy((name) -> assertThat(
					ROOT.resolve("events-benchmarks/src/main/java/dev/pgevents/benchmarks/" + name + ".java"))
				.exists());
	}

	private static List<Snippet> snippets(String language) throws IOException {
		List<Snippet> snippets = new ArrayList<>();
		for (Path page : pages()) {
			BLOCK.matcher(Files.readString(page))
				.results()
				.filter((block) -> block.group(2).equals(language))
				.map((block) -> snippet(page, block))
				.forEach(snippets::add);
		}
		return snippets;
	}

	private static Snippet snippet(Path page, MatchResult block) {
		String text = block.group(3).stripTrailing(); // its last line counts for the
														// indent
		return new Snippet(ROOT.relativize(page).toString(), text.stripIndent() + "\n");
	}

	private static List<Path> pages() throws IOException {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs")); Stream<Path> root = Files.list(ROOT)) {
			return Stream.concat(docs, root).filter((path) -> path.toString().endsWith(".md")).sorted().toList();
		}
	}

	private record Snippet(String page, String text) implements Comparable<Snippet> {

		@Override
		public int compareTo(Snippet other) {
			return (this.page + this.text).compareTo(other.page + other.text);
		}

	}

}
