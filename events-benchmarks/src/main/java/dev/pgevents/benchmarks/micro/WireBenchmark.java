package dev.pgevents.benchmarks.micro;

import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.postgres.wire.UnreadableNotificationException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Between events and notifications.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WireBenchmark {

	private final Event event = Samples.event();

	private final String notification = Samples.WRITER.write(this.event);

	/**
	 * Writes an event and its payload.
	 * @return the notification
	 */
	@Benchmark
	public String encode() {
		return Samples.WRITER.write(this.event);
	}

	/**
	 * Reads what routing needs.
	 * @return the event
	 * @throws UnreadableNotificationException never
	 */
	@Benchmark
	public Event decodeEnvelope() throws UnreadableNotificationException {
		return Samples.READER.read(this.notification);
	}

	/**
	 * Reads the payload into its record as well.
	 * @return the payload
	 * @throws UnreadableNotificationException never
	 */
	@Benchmark
	public Object decodeFull() throws UnreadableNotificationException {
		Object payload = Samples.READER.read(this.notification).payloadAs(Samples.Closed.class);
		return (payload != null) ? payload : this;
	}

}
