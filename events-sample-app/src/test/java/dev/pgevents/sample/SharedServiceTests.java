package dev.pgevents.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A service that runs in two processes.
 */
class SharedServiceTests {

	private static final Duration LIMIT = Duration.ofSeconds(90);

	@Test
	void twoValidatorsShareTheApplicationsAndOneGoesOnWhereTheOtherIsKilled() throws Exception {
		TestPostgres database = TestPostgres.shared().createDatabase();
		List<Event> claims = new CopyOnWriteArrayList<>();
		try (PostgresEventBus recorder = PostgresEventBus.builder()
			.name("recorder")
			.dataSource(database.dataSource())
			.build()) {
			recorder.subscribe(SubscriptionFilter.types(EventTypes.EPOCH_CLAIM_CALCULATED), claims::add).ready().join();
			try (ConfigurableApplicationContext node = NodeApplication.application()
				.run(arguments(database, "--services=evmreader,advancer,claimer,prt", "--node.block-time=20ms",
						"--node.inputs-per-epoch=2", "--logging.level.dev.pgevents=warn"));
					Validating one = new Validating(database);
					Validating other = new Validating(database)) {
				assertThat(node.isActive()).isTrue();
				Set<String> orphans = new TreeSet<>();
				await().atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).until(() -> {
					orphans.clear();
					orphans.addAll(one.handled());
					List<String> others = other.handled();
					return !orphans.isEmpty() && !others.isEmpty() && Collections.disjoint(orphans, others);
				});
				one.kill();
				other.handled();
				await().atMost(LIMIT).until(() -> other.apps().containsAll(orphans));
				for (String app : List.of("1", "2", "3")) {
					List<Long> epochs = claims.stream()
						.filter((event) -> app.equals(event.appId()))
						.map((event) -> ((Number) event.payloadAs(Map.class).get("epoch")).longValue())
						.toList();
					assertThat(epochs).as("epochs of application " + app).isSorted().doesNotHaveDuplicates();
				}
			}
		}
	}

	private static String[] arguments(TestPostgres database, String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.addAll(List.of("--server.port=0", "--spring.datasource.url=" + database.url(),
				"--spring.datasource.username=" + database.user(),
				"--spring.datasource.password=" + database.password()));
		return all.toArray(String[]::new);
	}

	/** A validator in a process of its own, and what it says of its work. */
	private static final class Validating implements AutoCloseable {

		private static final String LINE = "this process validates application ";

		private final Process process;

		private final List<String> apps = new CopyOnWriteArrayList<>();

		Validating(TestPostgres database) throws IOException {
			List<String> command = new ArrayList<>(
					List.of(ProcessHandle.current().info().command().orElse("java"), "-XX:TieredStopAtLevel=1", "-cp",
							System.getProperty("java.class.path"), NodeApplication.class.getName()));
			command.addAll(List.of(arguments(database, "--services=validator", "--logging.level.dev.pgevents=info")));
			this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
			Thread reader = new Thread(this::read, "output of a validator");
			reader.setDaemon(true);
			reader.start();
		}

		private void read() {
			try (BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8)) {
				output.lines()
					.filter((line) -> line.contains(LINE))
					.map((line) -> line.substring(line.indexOf(LINE) + LINE.length()))
					.forEach(this.apps::add);
			}
			catch (IOException | UncheckedIOException ex) {
				return; // killed
			}
		}

		List<String> apps() {
			return this.apps.stream().distinct().toList();
		}

		/** Since it was asked before. */
		List<String> handled() {
			List<String> handled = apps();
			this.apps.clear();
			return handled;
		}

		/** As kill -9 does. */
		void kill() {
			this.process.destroyForcibly().onExit().join();
		}

		@Override
		public void close() {
			kill();
		}

	}

}
