package dev.pgevents.postgres.internal.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.test.TestPostgres;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Whatever an event holds comes out of the notification as it went in, on paper and
 * through a server; and whatever else arrives is unreadable, and nothing worse.
 */
class WireProperties {

	private static final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	private static Connection connection;

	private final NotificationEncoder encoder = encoder("UTF8");

	private final NotificationDecoder decoder = new NotificationDecoder(codec, Clock.systemUTC());

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
		assertSame(this.decoder.decode(encode(this.encoder, event)), event);
	}

	@Property(tries = 300)
	void eventsComeThroughTheServerAsTheyWere(@ForAll("events") Event event)
			throws SQLException, UnreadableNotificationException {
		assertSame(this.decoder.decode(throughTheServer(encode(this.encoder, event))), event);
	}

	@Property(tries = 300)
	void escapedForAnotherEncodingTheyComeBackToo(@ForAll("events") Event event)
			throws UnreadableNotificationException {
		String notification = encode(encoder("LATIN1"), event);
		assertThat(notification.chars()).allMatch((c) -> c < 0x80);
		assertSame(this.decoder.decode(notification), event);
	}

	@Property
	void anyJsonComesBackToTheLetter(@ForAll("json") String json) throws UnreadableNotificationException {
		assertThat(throughTheWire(Payload.ofJson(json, codec)).toJson(codec)).isEqualTo(json);
	}

	@Property
	void valuesOfAnyKindComeBack(@ForAll("values") Object value) throws UnreadableNotificationException {
		assertThat(throughTheWire(Payload.of(value)).<Object>as(value.getClass())).isEqualTo(value);
	}

	@Example
	void numbersAndNestingComeBackUpToTheLastByte() throws UnreadableNotificationException {
		String[] edges = { "0", "-0", "-0.0", "1e308", "4.9e-324", "1E+2", "9223372036854775807",
				"-9223372036854775808", "18446744073709551616", "9".repeat(7500), "0." + "3".repeat(7500),
				"[".repeat(1000) + "]".repeat(1000), "{\"a\":".repeat(1000) + "1" + "}".repeat(1000), "\"\"", "true" };
		for (String json : edges) {
			assertThat(throughTheWire(Payload.ofJson(json, codec)).toJson(codec)).isEqualTo(json);
		}
		BigInteger large = new BigInteger("7".repeat(7500));
		assertThat(throughTheWire(Payload.of(large)).as(BigInteger.class)).isEqualTo(large);
		Object nested = List.of();
		for (int i = 1; i < 1000; i++) {
			nested = List.of(nested);
		}
		assertThat(throughTheWire(Payload.of(nested)).<Object>as(List.class)).isEqualTo(nested);
	}

	@Example
	void whatNobodyWouldReadIsRefusedBeforeItIsSent() {
		Object nested = List.of();
		for (int i = 0; i < 1000; i++) {
			nested = List.of(nested);
		}
		Payload tooDeep = Payload.of(nested);
		assertThatExceptionOfType(PayloadConversionException.class).isThrownBy(() -> throughTheWire(tooDeep));
		for (String json : List.of("[".repeat(1001) + "]".repeat(1001), "", " ", "nonsense", "1 2", "{", "\u00a01")) {
			assertThatExceptionOfType(PayloadConversionException.class)
				.isThrownBy(() -> throughTheWire(Payload.ofJson(json, codec)));
		}
	}

	private Payload throughTheWire(Payload payload) throws UnreadableNotificationException {
		Event event = Event.builder(EventType.of("epoch.closed")).payload(payload).build();
		return this.decoder.decode(encode(this.encoder, event)).payload();
	}

	@Property
	void damagedNotificationsAreReadOrUnreadableAndNothingWorse(@ForAll("events") Event event,
			@ForAll("damages") Damage damage) {
		readOrUnreadable(damage.to(encode(this.encoder, event)));
	}

	@Property
	void anythingIsReadOrUnreadableAndNothingWorse(@ForAll String text) {
		readOrUnreadable(text);
	}

	private void readOrUnreadable(String notification) {
		try {
			assertThat(this.decoder.decode(notification).type()).isNotNull();
		}
		catch (UnreadableNotificationException ex) {
			assertThat(ex).hasMessageNotContainingAny("\n", "\r");
		}
	}

	private static NotificationEncoder encoder(String encoding) {
		NotificationEncoder encoder = new NotificationEncoder(codec);
		encoder.serverEncoding(encoding);
		return encoder;
	}

	private static String encode(NotificationEncoder encoder, Event event) {
		try {
			return encoder.encode(event);
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
	Arbitrary<Object> values() {
		return Arbitraries.oneOf(texts(), Arbitraries.longs(), Arbitraries.integers(), Arbitraries.shorts(),
				Arbitraries.bytes(), Arbitraries.doubles(), Arbitraries.floats(), Arbitraries.of(true, false),
				Arbitraries.bigIntegers(), Arbitraries.bigDecimals().ofScale(40), instants(),
				Arbitraries.of(DayOfWeek.class));
	}

	@Provide
	Arbitrary<String> json() {
		return json(4).filter((json) -> !json.equals("null"));
	}

	private static Arbitrary<String> json(int depth) {
		Arbitrary<String> strings = texts().map(codec::toJson).map(WireProperties::wellFormed);
		Arbitrary<String> numbers = Arbitraries.strings()
			.numeric()
			.ofMinLength(1)
			.ofMaxLength(30)
			.map((digits) -> digits.replaceFirst("^0+(?=.)", ""))
			.flatMap((whole) -> Arbitraries.of(whole, "-" + whole, whole + ".50", whole + "e-7", whole + "E+12"));
		Arbitrary<String> scalars = Arbitraries.oneOf(strings, numbers, Arbitraries.of("true", "false", "null"));
		if (depth == 0) {
			return scalars;
		}
		Arbitrary<String> children = Arbitraries.lazy(() -> json(depth - 1));
		Arbitrary<String> arrays = children.list()
			.ofMaxSize(3)
			.map((elements) -> "[" + String.join(" ,", elements) + "]");
		Arbitrary<String> objects = Arbitraries.maps(strings, children)
			.ofMaxSize(3)
			.map((fields) -> fields.entrySet()
				.stream()
				.map((field) -> field.getKey() + " : " + field.getValue())
				.collect(Collectors.joining(",\n", "{", "}")));
		return Arbitraries.oneOf(scalars, arrays, objects);
	}

	/** Without halves of surrogate pairs, which are sent escaped. */
	private static String wellFormed(String json) {
		return json.codePoints()
			.filter((codePoint) -> Character.getType(codePoint) != Character.SURROGATE)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
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
