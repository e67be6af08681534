package dev.pgevents.console.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import dev.pgevents.Event;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.stereotype.Component;

/**
 * Handles events, so that there is something to watch.
 */
@SpringBootApplication
public class WatchedApplication {

	/**
	 * Starts it on a free port, with a console and without a database.
	 * @param properties more properties
	 * @return the running application
	 */
	public static ConfigurableApplicationContext inMemory(String... properties) {
		List<String> all = new ArrayList<>(List.of("--events.backend=in-memory", "--spring.autoconfigure.exclude="
				+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"));
		all.addAll(List.of(properties));
		return start(all.toArray(String[]::new));
	}

	/**
	 * Starts it on a free port, with a console unless the properties say otherwise.
	 * @param properties more properties
	 * @return the running application
	 */
	public static ConfigurableApplicationContext start(String... properties) {
		List<String> all = new ArrayList<>(
				List.of("--server.port=0", "--spring.application.name=watched", "--spring.main.banner-mode=off"));
		all.addAll(List.of(properties));
		return new SpringApplicationBuilder(WatchedApplication.class).properties("events.console.enabled=true")
			.run(all.toArray(String[]::new));
	}

	/**
	 * Where its console is.
	 * @param application the running application
	 * @return a URL that ends with a slash
	 */
	public static String console(ConfigurableApplicationContext application) {
		String path = application.getEnvironment().getProperty("events.console.path", "/events-console");
		String context = application.getEnvironment().getProperty("server.servlet.context-path", "");
		return "http://localhost:" + application.getEnvironment().getRequiredProperty("local.server.port") + context
				+ path + "/";
	}

	/** Handles epochs. */
	@Component
	static class Validator {

		@OnDomainEvent(types = "epoch.*", id = "validator")
		void on(Event event) {
			if (event.type().value().equals("epoch.bad")) {
				throw new IllegalStateException("a bad epoch");
			}
		}

		@SyncOnDomainEvent(types = "epoch.*", every = "1h")
		void catchUp() {
		}

	}

	/** Is at work until it is told to go on. */
	@Component
	public static class Stalling {

		/** Opened to let it go on. */
		public final CountDownLatch gate = new CountDownLatch(1);

		@OnDomainEvent(types = "stall", id = "stalling", bufferSize = "2")
		void on(Event event) throws InterruptedException {
			this.gate.await();
		}

	}

}
