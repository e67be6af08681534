package dev.pgevents.spring.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each recipe of the page is a test that runs.
 */
class TestingPageTests {

	private static final Pattern EXAMPLE = Pattern.compile("(?s)```java\n(.*?)```");

	private static final List<Path> RECIPES = List.of(Path.of("src/test/java/dev/pgevents/spring/page"),
			Path.of("../events-sample-app/src/test/java/dev/pgevents/readme/testing"));

	@Test
	void recipesAreTheTestsThatRun() throws IOException {
		String page = Files.readString(Path.of("../docs/testing.md"));
		List<String> recipes = EXAMPLE.matcher(page).results().map((block) -> block.group(1).strip()).toList();
		assertThat(recipes).hasSizeGreaterThan(4).isSubsetOf(tests());
	}

	/** Without their package. */
	private static List<String> tests() throws IOException {
		try (Stream<Path> files = RECIPES.stream().flatMap(TestingPageTests::files)) {
			return files.map(TestingPageTests::read)
				.map((source) -> source.replaceFirst("package .*;", "").strip())
				.collect(Collectors.toList());
		}
	}

	private static Stream<Path> files(Path folder) {
		try {
			return Files.list(folder);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
