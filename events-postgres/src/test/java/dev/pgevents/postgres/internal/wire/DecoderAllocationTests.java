package dev.pgevents.postgres.internal.wire;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

import com.sun.management.ThreadMXBean;
import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.postgres.JacksonPayloadCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How much garbage decoding makes, of which the copy of the payload is the largest part.
 */
class DecoderAllocationTests {

	private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final int EVENTS = 20_000;

	private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	private final NotificationDecoder decoder = new NotificationDecoder(this.codec, Clock.systemUTC());

	@Test
	void decodingAnEventOfATraceTakesLittleMore() throws UnreadableNotificationException {
		Event traced = event().header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").build();
		assertThat(bytesAnEvent(traced)).isLessThan(600);
	}

	/** The end of a month is as quick: its events once took 2,900 bytes each. */
	@ParameterizedTest
	@ValueSource(strings = { "2026-11-01T00:00:00.000001Z", "2026-11-29T12:00:00.123456Z",
			"2026-12-31T23:59:59.123456789Z", "2028-02-29T23:59:59Z" })
	void decodingAnEventTakesLittleOnAnyDay(String timestamp) throws UnreadableNotificationException {
		assertThat(bytesAnEvent(event().timestamp(Instant.parse(timestamp)).build())).isLessThan(400);
	}

	@Test
	void readingAPayloadMakesNoParserForIt() {
		String json = this.codec.toJson(new Epoch(42, 1_000_000, 1_000_900));
		readAll(json);
		long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
		readAll(json);
		long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
		assertThat(bytes / EVENTS).isLessThan(400);
	}

	private void readAll(String json) {
		for (int i = 0; i < EVENTS; i++) {
			this.codec.fromJson(json, Epoch.class);
		}
	}

	private long bytesAnEvent(Event event) throws UnreadableNotificationException {
		String notification = new NotificationEncoder(this.codec).encode(event);
		decodeAll(notification);
		long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
		decodeAll(notification);
		return (threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / EVENTS;
	}

	private void decodeAll(String notification) throws UnreadableNotificationException {
		for (int i = 0; i < EVENTS; i++) {
			this.decoder.decode(notification);
		}
	}

	private static Event.Builder event() {
		return Event.builder(EventTypes.EPOCH_CLOSED)
			.timestamp(Instant.parse("2026-01-19T10:00:00.123456Z"))
			.appId("0x5112cF49F2511ac7b13A032c4c62A48410FC28Fb")
			.payload(Map.of("index", 42, "firstBlock", 1_000_000, "lastBlock", 1_000_900));
	}

	record Epoch(long index, long firstBlock, long lastBlock) {

	}

}
