package dev.pgevents.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

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

	private static final Path LOCKS = Path.of(System.getProperty("java.io.tmpdir"));

	/** One that is not referred to is closed some day, and its lock with it. */
	private static final Queue<FileChannel> kept = new ConcurrentLinkedQueue<>();

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
			if (reserve(port)) {
				return port;
			}
		}
		return 0;
	}

	/**
	 * Whether nobody has the port, nor is about to: the web server takes it seconds
	 * later, and another process of the node may start at the same time. The lock of the
	 * first that is free is kept until this process ends.
	 */
	private static boolean reserve(int port) {
		try {
			FileChannel lock = FileChannel.open(LOCKS.resolve("pgevents-sample-" + port + ".lock"),
					StandardOpenOption.CREATE, StandardOpenOption.WRITE);
			if (isLocked(lock) && isFree(port)) {
				kept.add(lock);
				return true;
			}
			lock.close();
		}
		catch (IOException ex) {
			// another user's
		}
		return false;
	}

	private static boolean isLocked(FileChannel lock) throws IOException {
		try {
			return lock.tryLock() != null;
		}
		catch (OverlappingFileLockException ex) {
			return false; // by this process
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
