package dev.pgevents.spring.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications in JVMs of their own, which end.
 */
class JvmEndTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static final EventType QUESTION = EventType.of("burst.question");

	private static final EventType ANSWER = EventType.of("burst.answer");

	@Test
	void sigtermInTheMiddleOfABurstEndsItAndLosesNothingThatWasAccepted() throws Exception {
		TestPostgres database = TestPostgres.shared().createDatabase();
		Set<String> answers = ConcurrentHashMap.newKeySet();
		// So that no buffer overflows, however slow the application is.
		Semaphore mayBeAsked = new Semaphore(1000);
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(database.url());
				PostgresEventBus bus = PostgresEventBus.builder()
					.name("test")
					.dataSource(database.dataSource())
					.build()) {
			bus.subscribe(SubscriptionFilter.types(ANSWER), (event) -> {
				answers.add(event.appId());
				mayBeAsked.release();
			}).ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			network.delay(Duration.ofMillis(50)); // what is accepted last is under way at
													// the end
			Process application = start(Answering.class, database,
					"--events.postgres.url=" + network.url(database.url()),
					"--events.postgres.username=" + database.user(),
					"--events.postgres.password=" + database.password());
			List<String> output = new ArrayList<>();
			try (BufferedReader reader = application.inputReader(StandardCharsets.UTF_8)) {
				readUntil(reader, output, Main.STARTED);
				Thread burst = new Thread(() -> ask(bus, application, mayBeAsked));
				burst.start();
				readUntil(reader, output, "accepted 500");
				application.toHandle().destroy(); // Process.destroy() would close the
													// output, too
				reader.lines().forEach(output::add);
				burst.join();
			}
			assertThat(application.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			assertThat(application.exitValue()).isEqualTo(128 + 15);
			List<String> accepted = output.stream()
				.filter((line) -> line.startsWith("accepted "))
				.map((line) -> line.substring("accepted ".length()))
				.toList();
			assertThat(accepted).hasSizeGreaterThan(500);
			await().atMost(LIMIT).untilAsserted(() -> assertThat(answers).containsAll(accepted));
			assertThat(output).noneMatch((line) -> line.contains(" WARN ") || line.contains(" ERROR "));
			await().atMost(LIMIT)
				.until(() -> database.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
						+ "AND application_name NOT LIKE 'pgevents test%' AND pid <> pg_backend_pid()") == 0);
		}
	}

	@Test
	void endsThoughHandlersBlockForEverOneOfThemInSystemExit() throws Exception {
		TestPostgres database = TestPostgres.shared().createDatabase();
		Process application = start(Stubborn.class, database, "--events.listener.shutdown-timeout=300ms");
		List<String> output = new ArrayList<>();
		try (BufferedReader reader = application.inputReader(StandardCharsets.UTF_8)) {
			readUntil(reader, output, Main.STARTED);
			database.execute("SELECT pg_notify('events', '{\"type\":\"never.ends\"}')");
			readUntil(reader, output, "never ends");
			database.execute("SELECT pg_notify('events', '{\"type\":\"ends.all\"}')");
			reader.lines().forEach(output::add);
		}
		finally {
			application.destroyForcibly();
		}
		assertThat(application.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(application.exitValue()).isEqualTo(7);
		assertThat(output.stream().filter((line) -> line.contains("still running"))).satisfiesExactlyInAnyOrder(
				(line) -> assertThat(line).contains("subscription stubborn.on was closed", "never.ends"),
				(line) -> assertThat(line).contains("subscription stubborn.exit was closed", "ends.all"));
	}

	private static void ask(PostgresEventBus bus, Process application, Semaphore mayBeAsked) {
		int number = 0;
		try {
			while (application.isAlive()) {
				if (mayBeAsked.tryAcquire(10, 100, TimeUnit.MILLISECONDS)) {
					List<Event> questions = new ArrayList<>();
					for (int i = 0; i < 10; i++) {
						questions.add(Event.of(QUESTION, String.valueOf(number++), null));
					}
					bus.publishAll(questions);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void readUntil(BufferedReader reader, List<String> output, String text) throws IOException {
		String line = reader.readLine();
		while (line != null && !line.equals(text)) {
			output.add(line);
			line = reader.readLine();
		}
		assertThat(line).as("what came before: %s", output).isNotNull();
		output.add(line);
	}

	private static Process start(Class<?> bean, TestPostgres database, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"),
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Main.class.getName(),
				bean.getName(), database.url(), database.user(), database.password()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		// Nobody waits for its output for ever.
		CompletableFuture.delayedExecutor(3, TimeUnit.MINUTES).execute(process::destroyForcibly);
		return process;
	}

	/** Starts an application and returns. */
	public static final class Main {

		static final String STARTED = "main has ended";

		private Main() {
		}

		public static void main(String[] args) throws ClassNotFoundException {
			SmallApplication application = SmallApplication.with(Class.forName(args[0]))
				.connectedTo(args[1], args[2], args[3]);
			for (int i = 4; i < args.length; i++) {
				application.properties(args[i].substring("--".length()));
			}
			application.startAndAwaitDelivery();
			System.out.println(STARTED);
		}

	}

	/** Answers, and says so once the bus has accepted the answer. */
	static class Answering {

		private final Publisher publisher;

		Answering(Publisher publisher) {
			this.publisher = publisher;
		}

		@OnDomainEvent("burst.question")
		void on(@AppId String number) {
			this.publisher.publishAsync(Event.of(ANSWER, number, null));
			System.out.println("accepted " + number);
		}

	}

	/** Has handlers that nothing ends. */
	static class Stubborn {

		@OnDomainEvent(types = "never.ends", id = "stubborn.on")
		void on(Event event) {
			System.out.println("never ends");
			while (true) {
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					System.out.println("is asked to end");
				}
			}
		}

		@OnDomainEvent(types = "ends.all", id = "stubborn.exit")
		void exit(Event event) {
			System.exit(7);
		}

	}

}
