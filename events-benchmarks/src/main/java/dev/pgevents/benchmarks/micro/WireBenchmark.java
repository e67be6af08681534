package dev.pgevents.benchmarks.micro;

import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.crypto.spec.SecretKeySpec;

import dev.pgevents.Event;
import dev.pgevents.postgres.internal.wire.NotificationSigner;
import dev.pgevents.postgres.internal.wire.RefusedNotificationException;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
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

	private static final String CHANNEL = "events";

	private final Event event = Samples.event();

	private final String notification = Samples.ENCODER.encode(this.event);

	private final NotificationSigner signer = new NotificationSigner(
			new SecretKeySpec(new byte[32], NotificationSigner.ALGORITHM), List.of());

	private final String signed = this.signer.sign(CHANNEL, this.notification);

	/**
	 * Writes an event and its payload.
	 * @return the notification
	 */
	@Benchmark
	public String encode() {
		return Samples.ENCODER.encode(this.event);
	}

	/**
	 * Reads what routing needs.
	 * @return the event
	 * @throws UnreadableNotificationException never
	 */
	@Benchmark
	public Event decodeEnvelope() throws UnreadableNotificationException {
		return Samples.DECODER.decode(this.notification);
	}

	/**
	 * Reads the payload into its record as well.
	 * @return the payload
	 * @throws UnreadableNotificationException never
	 */
	@Benchmark
	public Object decodeFull() throws UnreadableNotificationException {
		Object payload = Samples.DECODER.decode(this.notification).payloadAs(Samples.Closed.class);
		return (payload != null) ? payload : this;
	}

	/**
	 * What signing adds to encoding.
	 * @return the signed notification
	 */
	@Benchmark
	public String sign() {
		return this.signer.sign(CHANNEL, this.notification);
	}

	/**
	 * What a signature adds to decoding.
	 * @return the notification without it
	 * @throws RefusedNotificationException never
	 */
	@Benchmark
	public String verify() throws RefusedNotificationException {
		return this.signer.verify(CHANNEL, this.signed);
	}

}
