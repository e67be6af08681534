package dev.pgevents.postgres;

import java.util.List;
import java.util.stream.DoubleStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class IntakeTests {

	private static final Logger logger = (Logger) LoggerFactory.getLogger(PostgresEventBus.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private final Intake intake = new Intake(null, null, null, null, null, (session) -> {
	});

	@BeforeEach
	void watchLog() {
		this.log.start();
		logger.addAppender(this.log);
		logger.setLevel(Level.INFO);
	}

	@AfterEach
	void unwatchLog() {
		logger.detachAppender(this.log);
		logger.setLevel(null);
	}

	@Test
	void queueThatFillsIsSaidOnceFromHalfFullOnAndOnceWhenItHasRoomAgain() {
		tellUsage(0, 0.49);
		assertThat(this.log.list).isEmpty();
		tellUsage(0.5, 0.7, 1);
		tellUsage(0.3, 0.1);
		tellUsage(0.9);
		assertThat(this.log.list).extracting(ILoggingEvent::getLevel)
			.containsExactly(Level.WARN, Level.INFO, Level.WARN);
		List<String> lines = this.log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
		assertThat(lines.get(0)).contains("queue is 50 % full", "pg_stat_activity");
		assertThat(lines.get(1)).contains("30 %");
		assertThat(lines.get(2)).contains("90 %");
	}

	private void tellUsage(double... usages) {
		DoubleStream.of(usages).forEach(this.intake::onQueueUsage);
	}

}
