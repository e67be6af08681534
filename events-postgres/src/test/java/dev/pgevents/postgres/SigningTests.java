package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.internal.wire.NotificationSigner;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import dev.pgevents.postgres.test.CapturedLog;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Services that share a key believe each other, and nobody else.
 */
class SigningTests {

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(PostgresEventBus.class.getName());

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	private static final String SHARED = "a key that the services share, hidden";

	private static final EventType TYPE = EventType.of("epoch.closed");

	private final String channel = "signing_" + UUID.randomUUID();

	@Test
	void whateverAServiceWithTheKeyPublishesArrives() throws Exception {
		try (PostgresEventBus sender = signing(SHARED).build();
				PostgresEventBus receiver = signing(SHARED).build();
				EventStream stream = open(receiver);
				Connection connection = database.connect()) {
			assertThat(receiver.status().signing()).isTrue();
			List<Event> events = List.of(event(1), event(2), event(3), event(4), event(5));
			sender.publish(events.get(0));
			sender.publishAll(events.subList(1, 3));
			sender.publishAsync(events.get(3)).join();
			connection.setAutoCommit(false);
			sender.publishEncoded(connection, List.of(sender.encode(events.get(4))));
			connection.commit();
			for (Event event : events) {
				assertThat(stream.poll(LIMIT)).isEqualTo(event);
			}
			await().atMost(LIMIT).until(receiver::isDelivering);
			assertThat(receiver.status().notifications().refused()).isZero();
		}
	}

	@Test
	void whatIsNotSignedIsRefusedCountedToldAndLoggedLessAndLess() throws Exception {
		try (PostgresEventBus bus = signing(SHARED).build(); EventStream stream = open(bus)) {
			for (int i = 0; i < 5; i++) {
				notify(this.channel, "{\"type\":\"epoch.closed\",\"app_id\":\"evil\\n" + i + "\"}");
				assertGap(stream);
			}
			assertThat(bus.status().notifications().refused()).isEqualTo(5);
			assertThat(bus.status().notifications().unreadable()).isEqualTo(5);
			Event next = event(1);
			bus.publish(next);
			assertThat(stream.poll(LIMIT)).isEqualTo(next);
		}
		assertThat(this.log.messages()).filteredOn((message) -> message.contains("refused"))
			.hasSize(3)
			.allSatisfy((message) -> assertThat(message).contains("events.security.signing-key")
				.doesNotContain("evil", "hidden"));
	}

	@Test
	void whatIsNotSignedIsAcceptedWithoutAKeyAndSoIsWhatIs() throws Exception {
		try (PostgresEventBus sender = signing(SHARED).build();
				PostgresEventBus bus = bus().build();
				EventStream stream = open(bus)) {
			notify(this.channel, "{\"type\":\"epoch.closed\",\"app_id\":\"1\"}");
			assertThat(((Event) stream.poll(LIMIT)).appId()).isEqualTo("1");
			Event signed = event(2);
			sender.publish(signed);
			assertThat(stream.poll(LIMIT)).isEqualTo(signed);
			assertThat(bus.status().signing()).isFalse();
		}
	}

	@Test
	void whatIsSignedWithAnotherKeyIsRefused() throws Exception {
		try (PostgresEventBus stranger = signing("another key, of somebody with other ideas").build();
				PostgresEventBus bus = signing(SHARED).build();
				EventStream stream = open(bus)) {
			stranger.publish(event(1));
			assertGap(stream);
			assertThat(bus.status().notifications().refused()).isEqualTo(1);
		}
	}

	@Test
	void whatWasHeardOnOneChannelIsRefusedOnAnother() throws Exception {
		String other = this.channel + "_other";
		try (PostgresEventBus sender = signing(SHARED).build();
				PostgresEventBus bus = signing(SHARED).channels(ChannelStrategy.single(other)).build();
				EventStream stream = open(bus);
				Connection listener = database.connect();
				Statement statement = listener.createStatement()) {
			statement.execute("LISTEN \"" + this.channel + "\"");
			sender.publish(event(1));
			String heard = listener.unwrap(PGConnection.class).getNotifications((int) LIMIT.toMillis())[0]
				.getParameter();
			notify(other, heard);
			assertGap(stream);
			assertThat(bus.status().notifications().refused()).isEqualTo(1);
		}
	}

	@Test
	void keysAreRotatedWithoutAnEventRefused() throws Exception {
		String old = "the old key that some still sign with";
		String next = "the new key that all shall sign with";
		PostgresEventBus.Builder[] stages = { signing(old), signing(old, next), signing(next, old), signing(next) };
		for (int stage = 0; stage < stages.length - 1; stage++) {
			try (PostgresEventBus behind = stages[stage].build();
					PostgresEventBus ahead = stages[stage + 1].build();
					EventStream ofBehind = open(behind);
					EventStream ofAhead = open(ahead)) {
				List<Event> events = List.of(event(1), event(2));
				behind.publish(events.get(0));
				ahead.publish(events.get(1));
				for (Event event : events) {
					assertThat(ofBehind.poll(LIMIT)).as("stage " + stage).isEqualTo(event);
					assertThat(ofAhead.poll(LIMIT)).as("stage " + stage).isEqualTo(event);
				}
			}
		}
	}

	@Test
	void largestNotificationIsCountedWithItsSignature() throws Exception {
		try (PostgresEventBus bus = signing(SHARED).build(); EventStream stream = open(bus)) {
			int room = NotificationEncoder.MAX_BYTES - NotificationSigner.OVERHEAD
					- new NotificationEncoder(new JacksonPayloadCodec(), 0, bus.instanceId()).encode(text("")).length();
			Event largest = text("x".repeat(room));
			bus.publish(largest);
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).hasSize(room);
			Event tooLarge = text("x".repeat(room + 1));
			assertThatExceptionOfType(PayloadTooLargeException.class).isThrownBy(() -> bus.publish(tooLarge))
				.withMessageContaining("8000");
			assertThatExceptionOfType(PayloadTooLargeException.class).isThrownBy(() -> bus.encode(tooLarge));
		}
	}

	@Test
	void databaseCanSignToo() throws Exception {
		TestPostgres own = database.createDatabase();
		own.execute("CREATE EXTENSION pgcrypto");
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.dataSource(own.dataSource())
			.signing(SigningKey.of("0123456789abcdef0123456789abcdef"))
			.build(); EventStream stream = open(bus)) {
			own.execute("""
					SELECT pg_notify('events', '{"sig":"' || encode(hmac(
							'events'::bytea || '\\x00'::bytea || convert_to(n, 'UTF8'),
							'0123456789abcdef0123456789abcdef'::bytea, 'sha256'), 'hex') || '",' || substr(n, 2))
						FROM (VALUES ('{"type":"epoch.closed","app_id":"1","payload":null}')) AS notification(n)
					""");
			assertThat(((Event) stream.poll(LIMIT)).appId()).isEqualTo("1");
		}
	}

	private static Event event(int index) {
		return Event.of(TYPE, "1", index);
	}

	/** As long as any other for the same text. */
	private static Event text(String text) {
		return Event.builder(TYPE).timestamp(Instant.EPOCH).payload(text).build();
	}

	private static void assertGap(EventStream stream) throws InterruptedException {
		Delivery delivery = stream.poll(LIMIT);
		assertThat(delivery).isInstanceOfSatisfying(Gap.class,
				(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE));
	}

	private static void notify(String channel, String text) throws SQLException {
		try (Connection connection = database.connect();
				PreparedStatement notify = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
			notify.setString(1, channel);
			notify.setString(2, text);
			notify.execute();
		}
	}

	private PostgresEventBus.Builder bus() {
		return PostgresEventBus.builder()
			.name("signing" + this.channel)
			.dataSource(database.dataSource())
			.channels(ChannelStrategy.single(this.channel));
	}

	private PostgresEventBus.Builder signing(String key, String... alsoAccepted) {
		return bus().signing(SigningKey.of(key),
				List.of(alsoAccepted).stream().map(SigningKey::of).toArray(SigningKey[]::new));
	}

	private static EventStream open(PostgresEventBus bus) {
		EventStream stream = bus.open(SubscriptionFilter.all());
		assertThat(stream.ready()).succeedsWithin(LIMIT);
		return stream;
	}

}
