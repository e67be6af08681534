package dev.pgevents.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * The node. Runs all services, or those named by {@code --services=advancer,validator},
 * on the database of {@code spring.datasource.url}, or on one that it starts itself.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class NodeApplication {

	/**
	 * Runs the node until it is told to stop.
	 * @param args Spring Boot's arguments
	 */
	public static void main(String[] args) {
		application().run(args);
	}

	static SpringApplication application() {
		SpringApplication application = new SpringApplication(NodeApplication.class);
		application.addInitializers(new ServiceSelection(), new PageAddress(), new EmbeddedServer());
		return application;
	}

}
