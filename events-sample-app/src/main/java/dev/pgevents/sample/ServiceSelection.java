package dev.pgevents.sample;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;

/**
 * Checks the selection of services before anything is started, and says what runs.
 */
final class ServiceSelection implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(ServiceSelection.class);

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		logger.info("Rollups node: {}; Ctrl-C stops it",
				NodeService.names(NodeService.selected(context.getEnvironment())));
	}

}
