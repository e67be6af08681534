package dev.pgevents.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How much longer a small Spring Boot application takes to start with the starter than
 * with {@code events.enabled=false} and the same jars, in processes of their own, in
 * turns. Options: {@code rounds}; {@code java}, the command to start them with;
 * {@code cache=true} for the same with a JDK 25 AOT cache beside it; {@code jvm}, options
 * of the JVM, separated by commas; {@code out}, {@code url}.
 */
public final class Start {

	/** What other harnesses need would configure itself. */
	private static final Pattern OF_OTHERS = Pattern
		.compile("(?:vertx|netty|r2dbc|reactor|pgjdbc-ng|jmh|integration|messaging|HdrHistogram"
				+ "|modulith|jobrunr|db-scheduler|gson|asm-).*\\.jar");

	private final String url;

	private final String java;

	private final List<String> jvm;

	private final String classPath;

	private final Table table = new Table("start");

	private Start(String url, Options options, String classPath) {
		this.url = url;
		this.java = options.text("java", ProcessHandle.current().info().command().orElse("java"));
		this.jvm = options.list("jvm", "");
		this.classPath = classPath;
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		Path folder = Files.createTempDirectory("start");
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			Start start = new Start(server.url(), options, classPath(folder));
			boolean cached = Boolean.parseBoolean(options.text("cache", "false"));
			Path cache = folder.resolve("start.aot");
			if (cached) {
				start.train(cache, true);
				start.train(cache.resolveSibling("none.aot"), false);
			}
			for (int round = 0; round < options.number("rounds", 7); round++) {
				start.measure("events.enabled=false", List.of(), false);
				start.measure("with events", List.of(), true);
				if (cached) {
					start.measure("events.enabled=false, AOT cache",
							List.of("-XX:AOTCache=" + cache.resolveSibling("none.aot")), false);
					start.measure("with events, AOT cache", List.of("-XX:AOTCache=" + cache), true);
				}
			}
			new Results(options).text("start.md", start.table.markdown());
		}
		finally {
			deleteAll(folder);
		}
	}

	/** By a start like those that are measured: the cache has what they load. */
	private void train(Path cache, boolean enabled) throws IOException, InterruptedException {
		run(List.of("-XX:AOTCacheOutput=" + cache), enabled);
	}

	private void measure(String row, List<String> options, boolean enabled) throws IOException, InterruptedException {
		String[] values = run(options, enabled).split(" ", -1);
		this.table.add(row, "main to ready, ms", Double.parseDouble(values[1]));
		this.table.add(row, "JVM to ready, ms", Double.parseDouble(values[2]));
		this.table.add(row, "classes loaded", Double.parseDouble(values[3]));
		this.table.add(row, "bean definitions", Double.parseDouble(values[4]));
	}

	private String run(List<String> options, boolean enabled) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(this.java);
		command.addAll(this.jvm);
		command.addAll(options);
		command.addAll(List.of("-XX:+UseSerialGC", "-cp", this.classPath, StartedApplication.class.getName(),
				"--spring.datasource.url=" + this.url, "--events.enabled=" + enabled));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		process.waitFor();
		return output.lines()
			.filter((line) -> line.startsWith("started "))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("the application did not start:\n" + output));
	}

	/**
	 * Without what other harnesses need, and of jars alone, which an AOT cache asks for.
	 */
	private static String classPath(Path folder) throws IOException {
		List<String> entries = new ArrayList<>();
		for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
			Path entry = Path.of(each);
			if (each.isEmpty()) {
				continue; // would be the folder that this runs in
			}
			if (Files.isDirectory(entry)) {
				entries.add(jar(entry, folder.resolve(entries.size() + ".jar")).toString());
			}
			else if (!OF_OTHERS.matcher(entry.getFileName().toString()).find()) {
				entries.add(each);
			}
		}
		return entries.stream().distinct().collect(Collectors.joining(File.pathSeparator));
	}

	private static Path jar(Path classes, Path jar) {
		int status = ToolProvider.findFirst("jar")
			.orElseThrow()
			.run(System.out, System.err, "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
		if (status != 0) {
			throw new IllegalStateException("jar ended with " + status + " for " + classes);
		}
		return jar;
	}

	private static void deleteAll(Path folder) throws IOException {
		try (Stream<Path> files = Files.walk(folder)) {
			for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(each);
			}
		}
	}

}
