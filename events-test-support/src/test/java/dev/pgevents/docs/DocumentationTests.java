package dev.pgevents.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The pages under {@code docs} and beside it: what they link to is there, and the tests
 * that they name exist.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

	private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

	/**
	 * A class of tests, with or without one of its methods; a dot alone means the class
	 * before.
	 */
	private static final Pattern NAMED_TEST = Pattern
		.compile("`([A-Z]\\w*(?:Tests|Properties|Contract))?(?:\\.(\\w+)(…)?)?`");

	/** A method that is named without its class: a sentence, which nothing else is. */
	private static final Pattern NAMED_SENTENCE = Pattern.compile("`([a-z]+(?:[A-Z]\\w*?){5,})(…)?`");

	@Test
	void linksLeadToPagesAndHeadingsThatAreThere() throws IOException {
		List<String> broken = new ArrayList<>();
		for (Path page : pages()) {
			Matcher link = LINK.matcher(text(page));
			while (link.find()) {
				if (!link.group(1).contains("://") && !leadsSomewhere(page, link.group(1))) {
					broken.add(ROOT.relativize(page) + ": " + link.group(1));
				}
			}
		}
		assertThat(broken).isEmpty();
	}

	@Test
	void testsThatPagesNameExist() throws IOException {
		Map<String, String> tests = testClasses();
		List<String> missing = new ArrayList<>();
		for (Path page : pages()) {
			String current = null;
			Matcher named = NAMED_TEST.matcher(text(page));
			while (named.find()) {
				current = (named.group(1) != null) ? named.group(1) : current;
				if (named.group(1) != null && !tests.containsKey(current)
						&& !current.endsWith("Properties") /* of an application */) {
					missing.add(ROOT.relativize(page) + ": " + current);
				}
				else if (current != null && named.group(2) != null && tests.containsKey(current)
						&& !hasMethod(tests.get(current), named.group(2), named.group(3) != null)) {
					missing.add(ROOT.relativize(page) + ": " + current + "." + named.group(2));
				}
			}
		}
		assertThat(missing).isEmpty();
	}

	@Test
	void methodsOfTestsThatPagesNameExist() throws IOException {
		String tests = String.join("\n", testClasses().values());
		List<String> missing = new ArrayList<>();
		for (Path page : pages()) {
			NAMED_SENTENCE.matcher(text(page))
				.results()
				.filter((named) -> !hasMethod(tests, named.group(1), named.group(2) != null))
				.forEach((named) -> missing.add(ROOT.relativize(page) + ": " + named.group(1)));
		}
		assertThat(missing).isEmpty();
	}

	@Test
	void indexNamesEveryPage() throws IOException {
		String index = Files.readString(ROOT.resolve("docs/README.md"));
		try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
			assertThat(pages.map((page) -> page.getFileName().toString())
				.filter((name) -> name.endsWith(".md") && !name.equals("README.md"))
				.filter((name) -> !index.contains("](" + name + ")"))).isEmpty();
		}
	}

	private static boolean leadsSomewhere(Path page, String link) throws IOException {
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? page : page.getParent().resolve(parts[0]).normalize();
		if (!Files.exists(target)) {
			return false;
		}
		return parts.length == 1 || anchors(target).contains(parts[1]);
	}

	private static List<String> anchors(Path page) throws IOException {
		return HEADING.matcher(text(page))
			.results()
			.map((heading) -> heading.group(1)
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N} _-]", "")
				.replace(' ', '-'))
			.toList();
	}

	/** A page without its code. */
	private static String text(Path page) throws IOException {
		return FENCE.matcher(Files.readString(page)).replaceAll("");
	}

	private static List<Path> pages() throws IOException {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs")); Stream<Path> root = Files.list(ROOT)) {
			return Stream.concat(docs, root).filter((path) -> path.toString().endsWith(".md")).sorted().toList();
		}
	}

	/** Sources of tests by class; a class that two modules have counts with both. */
	private static Map<String, String> testClasses() throws IOException {
		Map<String, String> classes = new TreeMap<>();
		try (Stream<Path> modules = Files.list(ROOT)) {
			for (Path module : modules.filter((path) -> Files.exists(path.resolve("src/test/java"))).toList()) {
				try (Stream<Path> sources = Files.walk(module.resolve("src/test/java"))) {
					for (Path source : sources.filter((path) -> path.toString().endsWith(".java"))
						.collect(Collectors.toList())) {
						String name = source.getFileName().toString().replace(".java", "");
						classes.merge(name, Files.readString(source), String::concat);
					}
				}
			}
		}
		return classes;
	}

	private static boolean hasMethod(String source, String name, boolean begins) {
		return Pattern.compile("void " + Pattern.quote(name) + (begins ? "" : "\\(")).matcher(source).find();
	}

}
