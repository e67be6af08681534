package dev.pgevents.spring.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A run that ends once the context is refreshed, as one that records an AOT cache does.
 */
class TrainingRunTests {

	@Test
	void trainingRunDialsNoDatabase() throws Exception {
		AtomicInteger dials = new AtomicInteger();
		try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread counting = new Thread(() -> count(server, dials));
			counting.setDaemon(true);
			counting.start();
			try (ApplicationProcess application = ApplicationProcess.start(List.of("-Dspring.context.exit=onRefresh"),
					System.getProperty("java.class.path"),
					"--events.postgres.url=jdbc:postgresql://localhost:" + server.getLocalPort() + "/none")) {
				assertThat(application.awaitEnd()).isZero();
			}
		}
		assertThat(dials).hasValue(0);
	}

	private static void count(ServerSocket server, AtomicInteger dials) {
		try {
			while (true) {
				server.accept().close();
				dials.incrementAndGet();
			}
		}
		catch (IOException ex) {
			// The test has ended.
		}
	}

}
