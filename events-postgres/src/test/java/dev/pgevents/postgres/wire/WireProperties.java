package dev.pgevents.postgres.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.test.TestPostgres;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever an event holds comes out of the notification as it went in, on paper and
 * through a server; and whatever else arrives is unreadable, and nothing worse.
 */
class WireProperties {

	private static final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	private static Connection connection;

	private final NotificationWriter writer = writer("UTF8");

	private final NotificationReader reader = new NotificationReader(codec, Clock.systemUTC());

	@BeforeContainer
	static void listen() throws SQLException {
		connection = TestPostgres.shared().connect();
		try (Statement listen = connection.createStatement()) {
			listen.execute("LISTEN wire_properties");
		}
	}

	@AfterContainer
	static void close() throws SQLException {
		connection.close();
	}

	@Property
	void eventsComeBackAsTheyWere(@ForAll("events") Event event) throws UnreadableNotificationException {
		assertSame(this.reader.read(write(this.writer, event)), event);
	}

	@Property(tries = 300)
	void eventsComeThroughTheServerAsTheyWere(@ForAll("events") Event event)
			throws SQLException, UnreadableNotificationException {
		assertSame(this.reader.read(throughTheServer(write(this.writer, event))), event);
	}

	@Property(tries = 300)
	void escapedForAnotherEncodingTheyComeBackToo(@ForAll("events") Event event)
			throws UnreadableNotificationException {
		String notification = write(writer("LATIN1"), event);
		assertThat(notification.chars()).allMatch((c) -> c < 0x80);
		assertSame(this.reader.read(notification), event);
	}

	@Property
	void damagedNotificationsAreReadOrUnreadableAndNothingWorse(@ForAll("events") Event event,
			@ForAll("damages") Damage damage) {
		readOrUnreadable(damage.to(write(this.writer, event)));
	}

	@Property
	void anythingIsReadOrUnreadableAndNothingWorse(@ForAll String text) {
		readOrUnreadable(text);
	}

	private void readOrUnreadable(String notification) {
		try {
			assertThat(this.reader.read(notification).type()).isNotNull();
		}
		catch (UnreadableNotificationException ex) {
			assertThat(ex).hasMessageNotContainingAny("\n", "\r");
		}
	}

	private static NotificationWriter writer(String encoding) {
		NotificationWriter writer = new NotificationWriter(codec);
		writer.serverEncoding(encoding);
		return writer;
	}

	private static String write(NotificationWriter writer, Event event) {
		try {
			return writer.write(event);
		}
		catch (PayloadTooLargeException ex) {
			Assume.that(false);
			throw ex;
		}
	}

	private static String throughTheServer(String notification) throws SQLException {
		try (PreparedStatement notify = connection.prepareStatement("SELECT pg_notify('wire_properties', ?)")) {
			notify.setString(1, notification);
			notify.execute();
		}
		PGNotification[] notifications = connection.unwrap(PGConnection.class).getNotifications(20_000);
		assertThat(notifications).hasSize(1);
		return notifications[0].getParameter();
	}

	private static void assertSame(Event actual, Event expected) {
		assertThat(actual.id()).isEqualTo(expected.id());
		assertThat(actual.type()).isEqualTo(expected.type());
		assertThat(actual.appId()).isEqualTo(expected.appId());
		assertThat(actual.timestamp()).isEqualTo(expected.timestamp());
		assertThat(actual.headers()).isEqualTo(expected.headers());
		assertThat(actual.payloadAs(Content.class)).isEqualTo(expected.payloadAs(Content.class));
	}

	@Provide
	Arbitrary<Event> events() {
		return Combinators
			.combine(Arbitraries.create(UUID::randomUUID), texts().injectNull(0.2), instants(), headers(),
					contents(3).injectNull(0.1))
			.as((id, app, timestamp, headers, content) -> new Event(id, EventType.of("epoch.closed"), app,
					Payload.of(content), timestamp, headers));
	}

	@Provide
	Arbitrary<Damage> damages() {
		Arbitrary<Character> characters = Arbitraries.oneOf(
				Arbitraries.of("{}[]\",:0-e.ntf\\ ".chars().mapToObj((c) -> (char) c).toList()),
				Arbitraries.chars().all());
		return Combinators
			.combine(Arbitraries.integers().between(0, 10_000), Arbitraries.integers().between(0, 5),
					characters.list().ofMaxSize(5))
			.as(Damage::new);
	}

	/** Any Unicode: control characters, NUL, every plane, halves of pairs. */
	private static Arbitrary<String> texts() {
		return Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(20),
				Arbitraries.integers()
					.between(0, Character.MAX_CODE_POINT)
					.list()
					.ofMaxSize(20)
					.map((codePoints) -> codePoints.stream()
						.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
						.toString()));
	}

	private static Arbitrary<Map<String, String>> headers() {
		return Arbitraries.maps(texts(), texts()).ofMaxSize(3);
	}

	private static Arbitrary<Instant> instants() {
		return Combinators
			.combine(
					Arbitraries.longs()
						.between(Instant.parse("0000-01-01T00:00:00Z").getEpochSecond(),
								Instant.parse("9999-12-31T23:59:59Z").getEpochSecond()),
					Arbitraries.integers().between(0, 999_999_999))
			.as(Instant::ofEpochSecond);
	}

	private static Arbitrary<Content> contents(int depth) {
		Arbitrary<List<Content>> children = (depth > 0)
				? Arbitraries.lazy(() -> contents(depth - 1)).list().ofMaxSize(2) : Arbitraries.just(List.of());
		return Combinators
			.combine(texts(), Arbitraries.longs(), Arbitraries.doubles(),
					Arbitraries.bigIntegers().between(BigInteger.TWO.pow(200).negate(), BigInteger.TWO.pow(200)),
					Arbitraries.bigDecimals().ofScale(30), instants(), texts().optional(), children)
			.as(Content::new);
	}

	/** What a payload may hold. */
	record Content(String text, long whole, double floating, BigInteger big, BigDecimal precise, Instant instant,
			Optional<String> maybe, List<Content> children) {

		Content {
			precise = precise.stripTrailingZeros();
		}

	}

	/** Some characters cut out and others put in. */
	record Damage(int position, int cut, List<Character> inserted) {

		String to(String notification) {
			int from = this.position % (notification.length() + 1);
			int until = Math.min(notification.length(), from + this.cut);
			StringBuilder damaged = new StringBuilder(notification.substring(0, from));
			this.inserted.forEach(damaged::append);
			return damaged.append(notification.substring(until)).toString();
		}

	}

}
