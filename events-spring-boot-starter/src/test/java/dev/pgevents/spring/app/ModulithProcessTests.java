package dev.pgevents.spring.app;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;

/**
 * Spring Modulith's externalized events go both ways between two processes, one of which
 * takes them in a module's listener, and neither registry keeps one that is not
 * completed.
 */
class ModulithProcessTests {

	private final String name = "modulith_" + UUID.randomUUID().toString().replace("-", "");

	@Test
	void externalizedEventsGoBothWaysAndAreCompleted() throws Exception {
		try (ApplicationProcess receiver = start("receiver", "--events.application-events.transactional=true")) {
			receiver.awaitLine(PrintingApplication.STARTED);
			try (ApplicationProcess sender = start("sender")) {
				receiver.awaitLines(ModulithApplication.RECEIVED, ModulithApplication.COMPLETED + 2);
				sender.awaitLines(ModulithApplication.ACKNOWLEDGED, ModulithApplication.COMPLETED + 1);
			}
		}
	}

	/** With Modulith's auto-configuration, which the module's other tests exclude. */
	private ApplicationProcess start(String role, String... arguments) throws Exception {
		List<String> all = new ArrayList<>(List.of("--role=" + role, "--events.channels.name=" + this.name,
				"--spring.main.web-application-type=none", "--spring.modulith.events.jdbc.schema=" + role + this.name,
				"--spring.modulith.events.jdbc.schema-initialization.enabled=true",
				"--spring.autoconfigure.exclude=" + HibernateJpaAutoConfiguration.class.getName() + ","
						+ DataJpaRepositoriesAutoConfiguration.class.getName()));
		all.addAll(List.of(arguments));
		return ApplicationProcess.start(ModulithApplication.class, List.of(), System.getProperty("java.class.path"),
				all.toArray(String[]::new));
	}

}
