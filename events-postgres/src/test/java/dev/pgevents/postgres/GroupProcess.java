package dev.pgevents.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A part of a {@link GroupScenario} in a JVM of its own, to be killed and stopped. */
final class GroupProcess implements AutoCloseable {

	private final Process process;

	private final BufferedReader output;

	private GroupProcess(Process process) {
		this.process = process;
		this.output = process.inputReader(StandardCharsets.UTF_8);
	}

	static GroupProcess start(PGSimpleDataSource database, String name, Role role) throws IOException {
		List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"),
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m", "-cp", System.getProperty("java.class.path"),
				Main.class.getName(), database.getUrl(), database.getUser(), name, role.name()));
		return new GroupProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
	}

	/** Waits until the process says something. */
	GroupProcess await(String text) throws IOException {
		List<String> before = new ArrayList<>();
		String line = this.output.readLine();
		while (line != null && !line.equals(text)) {
			before.add(line);
			line = this.output.readLine();
		}
		assertThat(line).as("before that: %s", before).isNotNull();
		return this;
	}

	void signal(String signal) throws Exception {
		assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(this.process.pid())).start().waitFor())
			.isZero();
	}

	/** Lets the process go on that waits. */
	void goOn() throws IOException {
		this.process.getOutputStream().write('\n');
		this.process.getOutputStream().flush();
	}

	void awaitEnd() throws InterruptedException {
		assertThat(this.process.waitFor(GroupScenario.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/** What a process does. */
	enum Role {

		/** Handles. */
		HANDLER,

		/** Handles, and waits in the first event before it moves the cursor. */
		HANDLER_THAT_WAITS,

		/** Handles, and waits in the first event before the commit. */
		HANDLER_THAT_WAITS_TO_COMMIT,

		/** Publishes one event and commits; publishes another and does not. */
		PUBLISHER

	}

	/** The process. */
	static final class Main {

		private Main() {
		}

		public static void main(String[] args) throws Exception {
			PGSimpleDataSource database = new PGSimpleDataSource();
			database.setUrl(args[0]);
			database.setUser(args[1]);
			PostgresEventBus bus = GroupScenario.builder(database, args[2]).build();
			Role role = Role.valueOf(args[3]);
			if (role == Role.PUBLISHER) {
				publish(bus, database);
			}
			else {
				handle(bus, database, args[2], role);
			}
			Runtime.getRuntime().addShutdownHook(new Thread(bus::close));
			Thread.currentThread().join();
		}

		private static void publish(PostgresEventBus bus, PGSimpleDataSource database) throws Exception {
			Connection connection = database.getConnection();
			connection.setAutoCommit(false);
			GroupScenario.publish(bus, connection, "committed", 1);
			connection.commit();
			GroupScenario.publish(bus, connection, "open", 1);
			System.out.println("published");
		}

		private static void handle(PostgresEventBus bus, PGSimpleDataSource database, String name, Role role) {
			AtomicBoolean first = new AtomicBoolean(role != Role.HANDLER);
			GroupScenario.ready(GroupScenario.join(bus, database, name, (event) -> {
				if (first.compareAndSet(true, false)) {
					if (role == Role.HANDLER_THAT_WAITS_TO_COMMIT) {
						commitLate(bus, database, event.appId(), event.payloadAs(Integer.class));
					}
					pause();
				}
			}));
			System.out.println("ready");
		}

		/** In the place of the handler's transaction, which is refused after it. */
		private static void commitLate(PostgresEventBus bus, PGSimpleDataSource database, String app, int number)
				throws Exception {
			try (Connection connection = database.getConnection()) {
				connection.setAutoCommit(false);
				GroupScenario.insert(connection, "INSERT INTO effects (app, number, instance) VALUES (?, ?, 'late')",
						app, number);
				bus.acknowledge(connection);
				pause();
				connection.commit();
			}
			finally {
				System.out.println("went on");
			}
		}

		private static void pause() throws IOException {
			System.out.println("waiting");
			new InputStreamReader(System.in, StandardCharsets.UTF_8).read();
		}

	}

}
