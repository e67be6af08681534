package dev.pgevents.postgres.test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * What a logger says during a test, at DEBUG and above. Thread-safe.
 */
public final class CapturedLog implements BeforeEachCallback, AfterEachCallback {

	private final Logger logger;

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	/**
	 * Listens to a logger, and to those below it.
	 * @param logger its name
	 */
	public CapturedLog(String logger) {
		this.logger = (Logger) LoggerFactory.getLogger(logger);
		this.lines.list = new CopyOnWriteArrayList<>();
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		this.lines.start();
		this.logger.addAppender(this.lines);
		this.logger.setLevel(Level.DEBUG);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.logger.detachAppender(this.lines);
		this.logger.setLevel(null);
	}

	/**
	 * What was said so far.
	 * @return a live view, in order
	 */
	public List<ILoggingEvent> lines() {
		return this.lines.list;
	}

	/**
	 * What was said so far.
	 * @return the texts alone, in order
	 */
	public List<String> messages() {
		return this.lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

}
