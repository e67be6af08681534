package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.zonky.test.db.postgres.util.LinuxUtils;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A pgbouncer in front of a server, where the machine has one.
 */
final class Pgbouncer implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private final Path folder;

	private final int port;

	private final Process process;

	private Pgbouncer(Path program, ControlledServer server, String poolMode, int poolSize) throws IOException {
		this.folder = Files.createTempDirectory("pgevents-pgbouncer");
		this.port = ControlledServer.freePort();
		Path settings = Files.write(this.folder.resolve("pgbouncer.ini"),
				List.of("[databases]", "* = host=127.0.0.1 port=" + server.port() + " user=" + server.user(),
						"[pgbouncer]", "listen_addr = 127.0.0.1", "listen_port = " + this.port, "unix_socket_dir =",
						"auth_type = any", "pool_mode = " + poolMode, "default_pool_size = " + poolSize));
		List<String> command = new ArrayList<>();
		if (LinuxUtils.isUnshareAvailable()) {
			// It refuses to run as root.
			command.addAll(List.of("unshare", "-U"));
		}
		command.addAll(List.of(program.toString(), settings.toString()));
		this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile()).start();
		await().atMost(LIMIT).until(this::answers);
	}

	/** Skips the test where there is none. */
	static Pgbouncer inFrontOf(ControlledServer server, String poolMode) throws IOException {
		return inFrontOf(server, poolMode, 20);
	}

	/** The same, with so many sessions of the server. */
	static Pgbouncer inFrontOf(ControlledServer server, String poolMode, int poolSize) throws IOException {
		Optional<Path> program = Programs.find("pgbouncer");
		assumeTrue(program.isPresent(),
				"pgbouncer is not installed on this machine (Debian and Ubuntu: apt-get install pgbouncer)");
		return new Pgbouncer(program.get(), server, poolMode, poolSize);
	}

	private boolean answers() throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("pgbouncer did not start: " + Files.readString(log()));
		}
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", this.port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private Path log() {
		return this.folder.resolve("pgbouncer.log");
	}

	String address() {
		return "127.0.0.1:" + this.port;
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
		PostgresBinaries.deleteFolder(this.folder);
	}

}
