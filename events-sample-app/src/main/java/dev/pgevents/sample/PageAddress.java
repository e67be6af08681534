package dev.pgevents.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.MapPropertySource;

/**
 * Finds a port for the page, unless {@code server.port} is given, and says where it will
 * be: several processes of a node have a page each.
 */
final class PageAddress implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(PageAddress.class);

	private static final int FIRST = 8080;

	private static final int LAST = 8099;

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE + 1;
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		String given = context.getEnvironment().getProperty("server.port");
		int port = (given != null) ? Integer.parseInt(given) : freePort();
		context.getEnvironment()
			.getPropertySources()
			.addLast(new MapPropertySource("page address", Map.of("server.port", port)));
		if (port != 0) {
			logger.info("Page: http://localhost:{}/", port);
		}
	}

	private static int freePort() {
		for (int port = FIRST; port <= LAST; port++) {
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				return socket.getLocalPort();
			}
			catch (IOException ex) {
				// somebody else's
			}
		}
		return 0;
	}

}
