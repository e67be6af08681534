package dev.pgevents.benchmarks.sidebyside;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A receiver in C over libpq, built where a compiler and libpq's headers are installed:
 * what can be reached without a JVM.
 */
final class LibpqReceiver {

	private static @Nullable Path executable;

	private LibpqReceiver() {
	}

	/** Whether it can be built here. */
	static boolean isAvailable() {
		try {
			executable();
			return true;
		}
		catch (IOException ex) {
			System.err.println("no receiver in C: " + ex.getMessage());
			return false;
		}
	}

	static synchronized Path executable() throws IOException {
		Path built = executable;
		if (built == null) {
			built = build();
			executable = built;
		}
		return built;
	}

	private static Path build() throws IOException {
		Path folder = Files.createTempDirectory("libpq-receiver");
		Path source = folder.resolve("receiver.c");
		try (InputStream code = LibpqReceiver.class.getResourceAsStream("receiver.c")) {
			if (code == null) {
				throw new IOException("receiver.c is missing from the class path");
			}
			Files.copy(code, source, StandardCopyOption.REPLACE_EXISTING);
		}
		Path program = folder.resolve("receiver");
		String headers = run(List.of("pg_config", "--includedir")).strip();
		run(List.of("cc", "-O2", "-o", program.toString(), source.toString(), "-I", headers, "-lpq"));
		return program;
	}

	private static String run(List<String> command) throws IOException {
		Process process = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		try {
			if (process.waitFor() != 0) {
				throw new IOException(command.get(0) + " failed: " + output);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted while building", ex);
		}
		return output;
	}

}
