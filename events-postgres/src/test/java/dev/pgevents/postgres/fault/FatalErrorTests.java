package dev.pgevents.postgres.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.pgevents.Gap;
import dev.pgevents.postgres.ConnectionState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The server ends a session that is doing nothing wrong, and says so. */
class FatalErrorTests {

	private static ControlledServer server;

	@BeforeAll
	static void startServer() {
		server = ControlledServer.create("notify_buffers = 16", "log_error_verbosity = verbose").start();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@Test
	void terminatedSessionIsReplacedWithAGap() throws Exception {
		try (WatchedBus watched = WatchedBus.start(server)) {
			for (int i = 1; i <= 5; i++) {
				server.terminate(watched.sessions());
				watched.ledger().awaitGaps(i, WatchedBus.LIMIT);
				watched.awaitDelivery();
			}
			isGoneWithAGap(watched, "57P01");
		}
	}

	@Test
	void sessionThatTimedOutIsReplacedWithAGap() throws Exception {
		try (SessionProxy proxy = SessionProxy.inFrontOf(server);
				WatchedBus watched = WatchedBus
					.create(server, Sources.of(server, server.url(proxy.address())), UnaryOperator.identity())
					.start()) {
			proxy.execute("SET idle_session_timeout = 1");
			watched.ledger().awaitGaps(1, WatchedBus.LIMIT);
			watched.awaitDelivery();
			isGoneWithAGap(watched, "57P05");
		}
	}

	/**
	 * The server cannot read the notifications that it owes: its queue's files are gone
	 * before a backend, which was stopped, has read them.
	 */
	@Test
	void sessionWhoseNotificationsTheServerCannotReadIsReplacedWithAGap() throws Exception {
		try (WatchedBus watched = WatchedBus.start(server)) {
			long pid = server
				.query("SELECT pid FROM pg_stat_activity WHERE application_name = '" + watched.listenerSession() + "'");
			signal(pid, "STOP");
			try {
				server.execute("SELECT pg_notify('elsewhere', i || repeat('x', 7000)) FROM generate_series(1, 500) i");
				deleteQueueFiles();
			}
			finally {
				signal(pid, "CONT");
			}
			watched.ledger().awaitGaps(1, WatchedBus.LIMIT);
			watched.awaitDelivery();
			isGoneWithAGap(watched, "58P01");
		}
	}

	private static void signal(long pid, String signal) throws Exception {
		assertThat(new ProcessBuilder(List.of("kill", "-" + signal, String.valueOf(pid))).start().waitFor()).isZero();
	}

	private static void deleteQueueFiles() throws Exception {
		try (Stream<Path> files = Files.list(server.dataFolder().resolve("pg_notify"))) {
			List<Path> all = files.sorted().toList();
			assertThat(all).hasSizeGreaterThan(5);
			for (Path file : all) {
				Files.delete(file);
			}
		}
	}

	private static void isGoneWithAGap(WatchedBus watched, String state) throws Exception {
		watched.verify();
		assertThat(watched.ledger().gaps())
			.allSatisfy((gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED));
		assertThat(watched.states()).contains(ConnectionState.BACKING_OFF);
		await().atMost(WatchedBus.LIMIT).untilAsserted(() -> assertThat(server.log()).contains("FATAL:  " + state));
	}

}
