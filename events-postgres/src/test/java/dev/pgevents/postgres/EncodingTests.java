package dev.pgevents.postgres;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventTypes;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Databases that store text in another encoding than UTF-8.
 */
class EncodingTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final String TEXT = "ü 漢字 \uD83D\uDE80 \u0001\u0000 \uD800";

	@ParameterizedTest
	@ValueSource(strings = { "UTF8", "LATIN1", "SQL_ASCII", "EUC_JP" })
	void anyTextArrivesFromTheFirstEventOnAndSizesAreThoseOfTheDatabase(String encoding) throws Exception {
		TestPostgres database = TestPostgres.shared()
			.createDatabase("ENCODING '" + encoding + "' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
		try (PostgresEventBus receiver = PostgresEventBus.builder().dataSource(database.dataSource()).build();
				PostgresEventBus bus = PostgresEventBus.builder()
					.dataSource(database.dataSource())
					.listening(false)
					.build()) {
			EventStream stream = receiver.open(SubscriptionFilter.all());
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			bus.publish(Event.of(EventTypes.INPUT_RECEIVED, TEXT, TEXT));
			Event first = (Event) stream.poll(LIMIT);
			assertThat(first.appId()).isEqualTo(TEXT);
			assertThat(first.payloadAs(String.class)).isEqualTo(TEXT);
			Event empty = Event.of(EventTypes.INPUT_RECEIVED, null, "");
			NotificationEncoder encoder = new NotificationEncoder(new JacksonPayloadCodec(), 0, bus.instanceId());
			int room = NotificationEncoder.MAX_BYTES - encoder.encode(empty).getBytes(StandardCharsets.UTF_8).length;
			int size = encoding.equals("UTF8") ? 2 : 6;
			String largest = "ü".repeat(room / size) + "x".repeat(room % size);
			bus.publish(with(empty, largest));
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).isEqualTo(largest);
			for (String tooLarge : List.of(largest + "x", "x".repeat(room + 1))) {
				assertThatExceptionOfType(PayloadTooLargeException.class)
					.isThrownBy(() -> bus.publish(with(empty, tooLarge)))
					.satisfies((ex) -> assertThat(ex.actualBytes()).isEqualTo(8000))
					.satisfies((ex) -> assertThat(ex.allowedBytes()).isEqualTo(7999));
			}
		}
	}

	private static Event with(Event event, String payload) {
		return Event.builder(event.type()).id(event.id()).timestamp(event.timestamp()).payload(payload).build();
	}

}
