package dev.pgevents.benchmarks.micro;

import java.time.Clock;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;

/**
 * An event as a rollups node sends it, of about 230 characters.
 */
final class Samples {

	static final NotificationEncoder ENCODER = new NotificationEncoder(new JacksonPayloadCodec());

	static final NotificationDecoder DECODER = new NotificationDecoder(new JacksonPayloadCodec(), Clock.systemUTC());

	static final String APP = "0x5112cF49F2511ac7b13A032c4c62A48410FC28Fb";

	private Samples() {
	}

	static Event event() {
		return Event.of(EventTypes.EPOCH_CLOSED, APP, new Closed(42, 1_000_000, 1_000_900));
	}

	record Closed(long index, long firstBlock, long lastBlock) {

	}

}
