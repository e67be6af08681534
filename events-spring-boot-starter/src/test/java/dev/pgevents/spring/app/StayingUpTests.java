package dev.pgevents.spring.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;

import static org.assertj.core.api.Assertions.assertThat;

public class StayingUpTests {

	@Test
	void applicationWithoutWebServerStaysUpUntilItIsTold() throws Exception {
		Process application = start();
		try (BufferedReader output = application.inputReader(StandardCharsets.UTF_8)) {
			assertThat(output.lines().anyMatch((line) -> line.equals(Main.STARTED))).isTrue();
			assertThat(application.isAlive()).isTrue();
			// Its main method has ended, since it said so; what keeps it up answers this:
			TestPostgres.shared()
				.execute("SELECT pg_notify('events', '{\"type\":\"epoch.closed\",\"app_id\":\"staying-up\"}')");
			assertThat(output.lines().anyMatch((line) -> line.equals("epoch.closed of staying-up"))).isTrue();
			application.destroy();
			assertThat(application.waitFor(20, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			application.destroyForcibly();
		}
	}

	private static Process start() throws IOException {
		TestPostgres database = TestPostgres.shared();
		List<String> command = List.of(ProcessHandle.current().info().command().orElse("java"), "-cp",
				System.getProperty("java.class.path"), Main.class.getName(),
				"--spring.datasource.url=" + database.url(), "--spring.datasource.username=" + database.user(),
				"--spring.datasource.password=" + database.password());
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	/** Starts the application and returns. */
	public static final class Main {

		static final String STARTED = "main has ended";

		private Main() {
		}

		public static void main(String[] args) {
			EpochHandler handler = SpringApplication.run(Application.class, args).getBean(EpochHandler.class);
			Thread printing = new Thread(() -> print(handler));
			printing.setDaemon(true);
			printing.start();
			System.out.println(STARTED);
		}

		private static void print(EpochHandler handler) {
			try {
				while (true) {
					System.out.println(handler.received.take());
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
