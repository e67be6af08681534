package dev.pgevents.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

import dev.pgevents.spring.EventsConfigurationException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts a PostgreSQL, from binaries that Maven brought, where no
 * {@code spring.datasource.url} is given, and stops it after everything else.
 */
final class EmbeddedServer implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

	/** There is one of that name where the node has started its server itself. */
	static final String PROPERTY_SOURCE = "embedded server";

	private static final Logger logger = LoggerFactory.getLogger(EmbeddedServer.class);

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		String given = context.getEnvironment().getProperty("spring.datasource.url");
		if (given == null) {
			use(start(), context);
		}
		else if (!given.startsWith("jdbc:postgresql:")) {
			throw new EventsConfigurationException("spring.datasource.url is not that of a PostgreSQL",
					"Give it as jdbc:postgresql://host:5432/database?user=name&password=secret, or leave it out: the "
							+ "node then starts a PostgreSQL of its own.");
		}
	}

	private static void use(EmbeddedPostgres server, ConfigurableApplicationContext context) {
		String url = "jdbc:postgresql://localhost:" + server.getPort() + "/postgres?user=postgres";
		context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource(PROPERTY_SOURCE, Map.of("spring.datasource.url", url)));
		// The first to be registered is the last to be destroyed.
		((DefaultListableBeanFactory) context.getBeanFactory()).registerDisposableBean("embeddedServer", server::close);
		logger.info("PostgreSQL of its own, until it stops: {}", url);
		logger.info("Second process, from another terminal:\n\nmvn -q -pl events-sample-app -am spring-boot:run "
				+ "-Dspring-boot.run.arguments=\"--services=validator --spring.datasource.url={}\"\n", url);
	}

	private static EmbeddedPostgres start() {
		try {
			// Its own shutdown hook would stop it while the services are still at work.
			return EmbeddedPostgres.builder().setRegisterShutdownHook(false).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("the embedded PostgreSQL does not start; give a server of yours with "
					+ "--spring.datasource.url=jdbc:postgresql://…", ex);
		}
	}

}
