package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.pgevents.postgres.test.OwnServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;

/**
 * The programs of PostgreSQL, unpacked from Maven's artifact, and a data folder to make
 * servers from. One for all tests of a JVM.
 *
 * @param programs the folder of {@code postgres} and {@code pg_ctl}
 * @param template a data folder whose server is stopped, with a role and a database
 * {@value #USER}
 */
record PostgresBinaries(Path programs, Path template) {

	static final String USER = "app";

	static final String PASSWORD = "secret";

	/** The file in the data folder where settings are written. */
	static final String SETTINGS = "test.conf";

	private static final long COMMAND_SECONDS = 120;

	static PostgresBinaries shared() {
		return Holder.SHARED;
	}

	private static PostgresBinaries unpack() {
		try {
			Path template = Files.createTempDirectory("pgevents-template");
			Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteFolder(template)));
			try (EmbeddedPostgres server = OwnServer.start((builder) -> builder.setDataDirectory(template)
				.setCleanDataDirectory(false)
				.setRegisterShutdownHook(false))) {
				return new PostgresBinaries(prepare(server), template);
			}
			finally {
				Files.deleteIfExists(template.resolve("epg-lock"));
				Files.writeString(template.resolve("postgresql.conf"), "include '" + SETTINGS + "'\n",
						StandardOpenOption.APPEND);
			}
		}
		catch (IOException | SQLException ex) {
			throw new IllegalStateException("no PostgreSQL to be had from Maven's artifact", ex);
		}
	}

	private static Path prepare(EmbeddedPostgres server) throws SQLException {
		try (Connection connection = server.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
			statement.execute("CREATE DATABASE " + USER + " OWNER " + USER);
			try (ResultSet rows = statement
				.executeQuery("SELECT setting FROM pg_catalog.pg_config WHERE name = 'BINDIR'")) {
				rows.next();
				return Path.of(rows.getString(1));
			}
		}
	}

	/**
	 * A command line. PostgreSQL refuses to run as root, so there it runs in a user
	 * namespace where it is nobody.
	 */
	List<String> command(String program, String... arguments) {
		List<String> command = new ArrayList<>();
		if (LinuxUtils.isUnshareAvailable()) {
			command.addAll(List.of("unshare", "-U"));
		}
		command.add(this.programs.resolve(program).toString());
		command.addAll(Arrays.asList(arguments));
		return command;
	}

	/** Runs a program to its end. */
	void run(Path log, String program, String... arguments) {
		run(log, command(program, arguments));
	}

	static void run(Path log, List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
				.start();
			if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
				process.destroyForcibly();
				throw new IllegalStateException(command + " failed: " + Files.readString(log));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while running " + command, ex);
		}
	}

	/** Copies a data folder with its permissions, which PostgreSQL checks. */
	static void copyFolder(Path from, Path to) {
		try (Stream<Path> paths = Files.walk(from)) {
			for (Path path : (Iterable<Path>) paths::iterator) {
				Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES,
						StandardCopyOption.REPLACE_EXISTING);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void deleteFolder(Path folder) {
		try (Stream<Path> paths = Files.walk(folder)) {
			for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
				Files.delete(path);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Unpacks when first asked for. */
	private static final class Holder {

		static final PostgresBinaries SHARED = unpack();

	}

}
