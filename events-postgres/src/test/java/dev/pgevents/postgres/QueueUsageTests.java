package dev.pgevents.postgres;

import java.util.List;
import java.util.stream.DoubleStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.pgevents.postgres.test.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

class QueueUsageTests {

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(PostgresEventBus.class.getName());

	private final QueueUsage queueUsage = new QueueUsage("test");

	@Test
	void queueThatFillsIsSaidOnceFromHalfFullOnAndOnceWhenItHasRoomAgain() {
		usages(0, 0.49);
		assertThat(this.log.lines()).isEmpty();
		usages(0.5, 0.7, 1);
		usages(0.3, 0.1);
		usages(0.9);
		assertThat(this.log.lines()).extracting(ILoggingEvent::getLevel)
			.containsExactly(Level.WARN, Level.INFO, Level.WARN);
		List<String> lines = this.log.messages();
		assertThat(lines.get(0)).contains("queue is 50 % full", "pg_stat_activity");
		assertThat(lines.get(1)).contains("30 %");
		assertThat(lines.get(2)).contains("90 %");
	}

	private void usages(double... usages) {
		DoubleStream.of(usages).forEach(this.queueUsage::is);
	}

}
