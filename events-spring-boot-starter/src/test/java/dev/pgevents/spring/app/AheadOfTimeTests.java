package dev.pgevents.spring.app;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code process-aot} makes of an application, without a database in sight, is
 * started as {@code -Dspring.aot.enabled=true} does.
 */
class AheadOfTimeTests {

	@TempDir
	private static Path folder;

	private static String classPath;

	@BeforeAll
	static void process() throws Exception {
		Path sources = folder.resolve("sources");
		Path resources = folder.resolve("resources");
		Path classes = Files.createDirectories(folder.resolve("classes"));
		SpringApplicationAotProcessor.main(new String[] { PrintingApplication.class.getName(), sources.toString(),
				resources.toString(), classes.toString(), "dev.pgevents", "application" });
		String own = System.getProperty("java.class.path");
		compile(sources, classes, own);
		classPath = String.join(File.pathSeparator, classes.toString(), resources.toString(), own);
	}

	@Test
	void processedApplicationHandlesEvents() throws Exception {
		try (ApplicationProcess application = start("--logging.level.root=info")) {
			application.awaitLine(PrintingApplication.STARTED);
			assertThat(application.printed()).contains("Starting AOT-processed PrintingApplication");
			TestPostgres.shared()
				.execute("SELECT pg_notify('events', '{\"type\":\"epoch.closed\",\"app_id\":\"ahead\"}')");
			application.awaitLine("epoch.closed of ahead");
			application.stop();
		}
	}

	@Test
	void propertiesStillCountWhenItStarts() throws Exception {
		try (ApplicationProcess application = start("--events.channels.name=elsewhere",
				"--events.publisher.mode=after-commit", "--events.application-events.enabled=false")) {
			application.awaitLine(PrintingApplication.STARTED);
			TestPostgres.shared()
				.execute("SELECT pg_notify('elsewhere', '{\"type\":\"epoch.closed\",\"app_id\":\"elsewhere\"}')");
			application.awaitLine("epoch.closed of elsewhere");
			application.stop();
		}
	}

	@Test
	void listeningCanBeSwitchedOffWhenItStarts() throws Exception {
		try (ApplicationProcess application = start("--events.listener.enabled=false",
				"--logging.level.dev.pgevents=info")) {
			application.awaitLine(PrintingApplication.STARTED);
			assertThat(application.printed()).contains(
					"handler methods receive nothing: listening is switched off by events.listener.enabled=false");
			application.stop();
		}
	}

	private static ApplicationProcess start(String... arguments) throws IOException {
		return ApplicationProcess.start(List.of("-Dspring.aot.enabled=true"), classPath, arguments);
	}

	private static void compile(Path sources, Path classes, String classPath) throws IOException {
		List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "-parameters", "-d",
				classes.toString(), "-cp", String.join(File.pathSeparator, classes.toString(), classPath)));
		try (Stream<Path> files = Files.walk(sources)) {
			files.map(Path::toString).filter((name) -> name.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
			.isZero();
	}

}
