package dev.pgevents.spring.fault;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import dev.pgevents.postgres.test.TestPostgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application has left behind: threads, and sessions of its database. Those of
 * other applications in this JVM, which the test framework keeps, are let alone.
 */
final class Leftovers {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final List<String> NAMES = List.of("events-closing", "events-keep-alive", "events-state-",
			"events-handler-", "worker");

	private final Set<Thread> before = Thread.getAllStackTraces().keySet();

	/** No thread that came since, and no session but the one that asks. */
	void assertNone(SmallApplication application, TestPostgres database) {
		await().atMost(LIMIT).untilAsserted(() -> {
			assertThat(threadsOf(application)).isEmpty();
			assertThat(database.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
					+ "AND pid <> pg_backend_pid()"))
				.isZero();
		});
	}

	List<String> threadsOf(SmallApplication application) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !this.before.contains(thread))
			.map(Thread::getName)
			.filter((name) -> name.startsWith(application.name()) || NAMES.stream().anyMatch(name::startsWith))
			.toList();
	}

}
