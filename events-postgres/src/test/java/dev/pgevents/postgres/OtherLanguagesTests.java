package dev.pgevents.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The programs under {@code docs/examples/other-languages}, both ways. Skipped for a
 * language that this machine does not have.
 */
class OtherLanguagesTests {

	private static final Duration LIMIT = Duration.ofMinutes(2);

	private static final Path EXAMPLES = Path.of("../docs/examples/other-languages").toAbsolutePath().normalize();

	@TempDir
	Path folder;

	private TestPostgres database;

	@BeforeEach
	void createDatabase() throws Exception {
		this.database = TestPostgres.shared().createDatabase();
	}

	@ParameterizedTest
	@EnumSource
	void publishesForTheBus(Language language) throws Exception {
		language.require(this.folder);
		BlockingQueue<Event> received = new ArrayBlockingQueue<>(10);
		try (PostgresEventBus bus = PostgresEventBus.builder().dataSource(this.database.dataSource()).build();
				Subscription subscription = bus.subscribe(SubscriptionFilter.types("order.*"), received::add)) {
			subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			Process publisher = start(language, "publish");
			Event event = received.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(publisher.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			assertThat(event).isNotNull();
			assertThat(event.type()).isEqualTo(EventType.of("order.placed"));
			assertThat(event.appId()).isEqualTo("7");
			assertThat(event.payloadAs(Object.class)).isEqualTo(Map.of("order", 42));
		}
	}

	@ParameterizedTest
	@EnumSource
	void hearsTheBus(Language language) throws Exception {
		language.require(this.folder);
		Process listener = start(language, "listen");
		try (PostgresEventBus bus = PostgresEventBus.builder().dataSource(this.database.dataSource()).build();
				BufferedReader output = listener.inputReader()) {
			assertThat(output.readLine()).isEqualTo("listening");
			bus.publish(Event.of(EventType.of("order.placed"), "7", Map.of("order", 42)));
			assertThat(output.readLine().replace(": ", ":")).isEqualTo("order.placed 7 {\"order\":42}");
		}
		finally {
			listener.descendants().forEach(ProcessHandle::destroyForcibly); // of "go run"
			listener.destroyForcibly();
		}
	}

	private Process start(Language language, String program) throws IOException {
		List<String> command = new ArrayList<>(language.command);
		command.add(EXAMPLES.resolve(program + language.ending).toString());
		command.add(url());
		if (language == Language.NODE) {
			// Its modules are looked up beside the program.
			Files.copy(Path.of(command.get(1)), this.folder.resolve(program + language.ending));
			command.set(1, this.folder.resolve(program + language.ending).toString());
		}
		ProcessBuilder process = new ProcessBuilder(command).redirectError(this.folder.resolve("errors").toFile());
		process.environment().putAll(Map.of("GO111MODULE", "off", "GOPATH", "/usr/share/gocode"));
		return process.start();
	}

	/** The database as libpq and its like want to be told of it. */
	private String url() {
		URI uri = URI.create(this.database.url().substring("jdbc:".length()));
		String user = this.database.user() + (this.database.password().isEmpty() ? "" : ":" + this.database.password());
		return "postgresql://" + user + "@" + uri.getHost() + ":" + uri.getPort() + uri.getPath() + "?sslmode=disable";
	}

	/** A language, and what says whether it is there with its driver. */
	enum Language {

		PYTHON(".py", List.of("/usr/bin/python3"), List.of("/usr/bin/python3", "-c", "import psycopg"),
				"Python with psycopg (Debian: apt-get install python3-psycopg)"),

		NODE(".mjs", List.of("node"), List.of("npm", "install", "--silent", "--no-audit", "--no-fund", "pg@8.16.3"),
				"Node.js with npm"),

		GO(".go", List.of("go", "run"), List.of("go", "list", "github.com/lib/pq"),
				"Go with lib/pq (Debian: apt-get install golang-go golang-github-lib-pq-dev)");

		private final String ending;

		private final List<String> command;

		private final List<String> check;

		private final String needed;

		Language(String ending, List<String> command, List<String> check, String needed) {
			this.ending = ending;
			this.command = command;
			this.check = check;
			this.needed = needed;
		}

		void require(Path folder) throws InterruptedException {
			assumeTrue(isThere(folder), () -> this.needed + " is not on this machine");
		}

		private boolean isThere(Path folder) throws InterruptedException {
			try {
				ProcessBuilder process = new ProcessBuilder(this.check).directory(folder.toFile())
					.redirectErrorStream(true)
					.redirectOutput(ProcessBuilder.Redirect.DISCARD);
				process.environment().putAll(Map.of("GO111MODULE", "off", "GOPATH", "/usr/share/gocode"));
				return process.start().waitFor() == 0;
			}
			catch (IOException ex) {
				return false;
			}
		}

	}

}
