package dev.pgevents.spring.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.pgevents.postgres.test.TestPostgres;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application in a process of its own, on the tests' database. Killed after some
 * minutes, so that nobody waits for a line for ever.
 */
final class ApplicationProcess implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofMinutes(3);

	private final Process process;

	private final BufferedReader output;

	private final List<String> lines = new ArrayList<>();

	private ApplicationProcess(Process process) {
		this.process = process;
		CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS).execute(process::destroyForcibly);
		this.output = process.inputReader(StandardCharsets.UTF_8);
	}

	/**
	 * Starts a {@link PrintingApplication}, with options of the JVM's and arguments of
	 * its own.
	 */
	static ApplicationProcess start(List<String> options, String classPath, String... arguments) throws IOException {
		return start(PrintingApplication.class, options, classPath, arguments);
	}

	/** Starts an application, with options of the JVM's and arguments of its own. */
	static ApplicationProcess start(Class<?> application, List<String> options, String classPath, String... arguments)
			throws IOException {
		TestPostgres database = TestPostgres.shared();
		List<String> command = new ArrayList<>();
		command.add(ProcessHandle.current().info().command().orElse("java"));
		command.addAll(options);
		command.addAll(List.of("-cp", classPath, application.getName(), "--spring.datasource.url=" + database.url(),
				"--spring.datasource.username=" + database.user(),
				"--spring.datasource.password=" + database.password()));
		command.addAll(List.of(arguments));
		return new ApplicationProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** Waits until the application has printed a line. */
	void awaitLine(String wanted) {
		boolean printed = this.output.lines().peek(this.lines::add).anyMatch((line) -> line.equals(wanted));
		assertThat(printed).as(() -> wanted + " in " + String.join("\n", this.lines)).isTrue();
	}

	/** Waits until the application has printed some lines, in whatever order. */
	void awaitLines(String... wanted) {
		Set<String> missing = new HashSet<>(Set.of(wanted));
		boolean printed = this.output.lines()
			.peek(this.lines::add)
			.anyMatch((line) -> missing.remove(line) && missing.isEmpty());
		assertThat(printed).as(() -> missing + " in " + String.join("\n", this.lines)).isTrue();
	}

	/** What it has printed so far, as far as somebody has waited for it. */
	String printed() {
		return String.join("\n", this.lines);
	}

	/** Waits until it has ended by itself, and says with which code. */
	int awaitEnd() throws InterruptedException {
		this.output.lines().forEach(this.lines::add);
		assertThat(this.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		return this.process.exitValue();
	}

	/** Asks it to stop; what it prints until then can be read. */
	void end() {
		this.process.toHandle().destroy();
	}

	/** Asks it to stop, and waits until it has. */
	void stop() throws InterruptedException {
		this.process.destroy();
		assertThat(this.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
	}

	@Override
	public void close() throws IOException {
		this.process.destroyForcibly();
		this.output.close();
	}

}
