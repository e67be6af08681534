package dev.pgevents.spring.app;

import java.util.List;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StayingUpTests {

	@Test
	void applicationWithoutWebServerStaysUpUntilItIsTold() throws Exception {
		try (ApplicationProcess application = ApplicationProcess.start(List.of(),
				System.getProperty("java.class.path"))) {
			application.awaitLine(PrintingApplication.STARTED);
			assertThat(application.isAlive()).isTrue();
			// Its main method has ended, since it said so; what keeps it up answers this:
			TestPostgres.shared()
				.execute("SELECT pg_notify('events', '{\"type\":\"epoch.closed\",\"app_id\":\"staying-up\"}')");
			application.awaitLine("epoch.closed of staying-up");
			application.stop();
		}
	}

}
