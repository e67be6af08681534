package dev.pgevents.spring.app;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The AOT cache of JDK 25, as docs/operations.md says: a training run against a database
 * writes it, and the application starts with it and hears.
 */
@EnabledForJreRange(min = JRE.JAVA_25)
class AotCacheTests {

	/** What a JVM says that SIGTERM has ended. */
	private static final int TERMINATED = 143;

	@TempDir
	private Path folder;

	private int jars;

	@Test
	void applicationStartsWithACacheOfItselfAndHandlesEvents() throws Exception {
		String classPath = jars();
		Path cache = this.folder.resolve("app.aot");
		try (ApplicationProcess training = ApplicationProcess.start(List.of("-XX:AOTCacheOutput=" + cache), classPath,
				"--events.channels.name=trained")) {
			awaitEvent(training);
			training.end();
			assertThat(training.awaitEnd()).as(training::printed).isEqualTo(TERMINATED);
		}
		assertThat(cache).isNotEmptyFile();
		// With "on" it does not start where the cache is of no use.
		try (ApplicationProcess application = ApplicationProcess
			.start(List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"), classPath, "--events.channels.name=trained")) {
			awaitEvent(application);
			application.stop();
		}
	}

	private static void awaitEvent(ApplicationProcess application) throws Exception {
		application.awaitLine(PrintingApplication.STARTED);
		TestPostgres.shared()
			.execute("SELECT pg_notify('trained', '{\"type\":\"epoch.closed\",\"app_id\":\"cached\"}')");
		application.awaitLine("epoch.closed of cached");
	}

	/** A cache is of jars, and never of folders. */
	private String jars() {
		List<String> jars = new ArrayList<>();
		for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
			Path path = Path.of(each);
			jars.add(Files.isDirectory(path) ? jar(path).toString() : each);
		}
		return String.join(File.pathSeparator, jars);
	}

	private Path jar(Path classes) {
		Path jar = this.folder.resolve("classes" + this.jars++ + ".jar");
		assertThat(ToolProvider.findFirst("jar")
			.orElseThrow()
			.run(System.out, System.err, "--create", "--file", jar.toString(), "-C", classes.toString(), ".")).isZero();
		return jar;
	}

}
