package dev.pgevents.spring.autoconfigure;

import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NativeDetector;
import org.springframework.core.env.Environment;

/**
 * Loads what a bus needs on a thread of its own, while the application's beans are being
 * made on another one, as Boot does with what most applications need: by making a bus
 * that connects to nothing, once in a process.
 */
final class StartPreparation implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final Logger logger = LoggerFactory.getLogger(StartPreparation.class);

	private static final AtomicBoolean begun = new AtomicBoolean();

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (isWorthwhile(context.getEnvironment()) && begun.compareAndSet(false, true)) {
			Thread thread = new Thread(StartPreparation::run, "events-preparation");
			thread.setDaemon(true);
			thread.start();
		}
	}

	/** Not where there is no other processor, nothing to load, or no bus. */
	static boolean isWorthwhile(Environment environment) {
		return Runtime.getRuntime().availableProcessors() > 1 && !NativeDetector.inNativeImage()
				&& !"false".equalsIgnoreCase(environment.getProperty("events.enabled"));
	}

	/** Whatever goes wrong goes wrong again, and is said, where the bus is made. */
	private static void run() {
		try {
			prepare();
		}
		catch (IOException | RuntimeException | LinkageError ex) {
			logger.debug("what a bus needs is loaded when it is needed", ex);
		}
	}

	static void prepare() throws IOException {
		EventsProperties properties = new Binder(List.of()).bindOrCreate("events", EventsProperties.class);
		PostgresEventBus.Builder builder = PostgresEventBus.builder().suspended(true).listener((settings) -> {
			throw new SQLException("this bus connects to nothing");
		});
		new BusSettings(builder).apply(properties);
		try (PostgresEventBus bus = builder.build()) {
			bus.subscribe(SubscriptionFilter.all(), (event) -> {
			});
		}
		openSockets();
	}

	private static void openSockets() throws IOException {
		try (SocketChannel socketChannel = SocketChannel.open(); Selector selector = Selector.open()) {
			socketChannel.configureBlocking(false);
			socketChannel.register(selector, 0);
		}
	}

}
