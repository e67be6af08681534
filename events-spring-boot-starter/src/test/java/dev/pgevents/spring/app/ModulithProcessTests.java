package dev.pgevents.spring.app;

import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

/**
 * Spring Modulith's externalized events go both ways between two processes, and its
 * registry keeps none that is not completed.
 */
class ModulithProcessTests {

	private final String name = "modulith_" + UUID.randomUUID().toString().replace("-", "");

	@Test
	void externalizedEventsGoBothWaysAndAreCompleted() throws Exception {
		try (ApplicationProcess receiver = start("receiver")) {
			receiver.awaitLine(PrintingApplication.STARTED);
			try (ApplicationProcess sender = start("sender")) {
				receiver.awaitLine(ModulithApplication.RECEIVED);
				sender.awaitLines(ModulithApplication.ACKNOWLEDGED, ModulithApplication.COMPLETED);
			}
		}
	}

	private ApplicationProcess start(String role) throws Exception {
		return ApplicationProcess.start(ModulithApplication.class, List.of(), System.getProperty("java.class.path"),
				"--role=" + role, "--events.channels.name=" + this.name, "--spring.main.web-application-type=none",
				"--spring.modulith.events.jdbc.schema=" + this.name,
				"--spring.modulith.events.jdbc.schema-initialization.enabled=" + role.equals("receiver"));
	}

}
