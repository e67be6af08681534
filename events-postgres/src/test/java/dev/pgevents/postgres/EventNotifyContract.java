package dev.pgevents.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * The SQL function that publishes an event, on a server of some version.
 */
abstract class EventNotifyContract {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final String CALL = "SELECT event_notify(?, ?, ?::jsonb)";

	/** An empty database of the server. */
	abstract DataSource database() throws Exception;

	@BeforeEach
	void createFunction() throws Exception {
		execute(script());
	}

	private static String script() throws IOException {
		try (InputStream script = PostgresEventBus.class.getResourceAsStream("event_notify.sql")) {
			return new String(script.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	@Test
	void eventArrivesAsItWasPublished() throws Exception {
		try (PostgresEventBus bus = PostgresEventBus.builder().dataSource(database()).build();
				EventStream stream = open(bus)) {
			Instant before = Instant.now().minusSeconds(60);
			UUID id = notify("epoch.closed", "a\"\\\n\u00e9\ud83d\ude00", "{\"index\": 42, \"text\": \"\u00e9\"}");
			Event event = next(stream);
			assertThat(event.id()).isEqualTo(id);
			assertThat(id.version()).isEqualTo(7);
			assertThat(id.variant()).isEqualTo(2);
			assertThat(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16)).isBetween(before,
					before.plusSeconds(120));
			assertThat(event.type().value()).isEqualTo("epoch.closed");
			assertThat(event.appId()).isEqualTo("a\"\\\n\u00e9\ud83d\ude00");
			assertThat(event.timestamp()).isBetween(before, before.plusSeconds(120));
			assertThat(event.headers()).isEmpty();
			assertThat(event.payloadAs(Object.class)).isEqualTo(Map.of("index", 42, "text", "\u00e9"));
			notify("epoch.closed", null, null);
			Event empty = next(stream);
			assertThat(empty.appId()).isNull();
			assertThat(empty.payload().isEmpty()).isTrue();
		}
	}

	@Test
	void triggerPublishesOnCommitAndEqualEventsAreTwo() throws Exception {
		execute("""
				CREATE TABLE epoch (app text, index int);
				CREATE FUNCTION publish_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN
					PERFORM event_notify('epoch.closed', NEW.app, jsonb_build_object('index', NEW.index));
					RETURN NULL;
				END $$;
				CREATE TRIGGER epoch_closed AFTER INSERT ON epoch FOR EACH ROW EXECUTE FUNCTION publish_epoch()
				""");
		try (PostgresEventBus bus = PostgresEventBus.builder().dataSource(database()).build();
				EventStream stream = open(bus);
				Connection connection = database().getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute("INSERT INTO epoch VALUES ('rolled back', 1)");
			connection.rollback();
			statement.execute("INSERT INTO epoch VALUES ('1', 2), ('1', 2)");
			connection.commit();
			Event first = next(stream);
			Event second = next(stream);
			assertThat(List.of(first, second)).extracting(Event::appId).containsExactly("1", "1");
			assertThat(first).isNotEqualTo(second);
		}
	}

	@Test
	void namesAreCheckedAsTheLibraryDoes() throws Exception {
		for (String name : List.of("a", "a.b_1.c", "1", "_", "x".repeat(100), "", ".", "a.", ".a", "a..b", "A", "a b",
				"a\n", "\u00e9", "a-b", "x".repeat(101), "a.*")) {
			boolean valid = isType(name);
			if (valid) {
				assertThat(notify(name, null, null)).isNotNull();
			}
			else {
				assertThat(refusal(() -> notify(name, null, null))).contains("event type");
			}
		}
		assertThat(refusal(() -> notify(null, null, null))).contains("event type NULL");
	}

	private static boolean isType(String name) {
		try {
			EventType.of(name);
			return true;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	@Test
	void largestNotificationIsSentAndALargerOneRefusedWithBothSizes() throws Exception {
		try (PostgresEventBus bus = PostgresEventBus.builder().dataSource(database()).build();
				EventStream stream = open(bus)) {
			String refusal = refusal(() -> notify("epoch.closed", "1", '"' + "x".repeat(8000) + '"'));
			assertThat(refusal).contains("PostgreSQL allows 7999");
			int over = Integer.parseInt(refusal.replaceAll("(?s).* is (\\d+) bytes.*", "$1")) - 7999;
			notify("epoch.closed", "1", '"' + "x".repeat(8000 - over) + '"');
			assertThat(next(stream).payloadAs(String.class)).hasSize(8000 - over);
			assertThat(refusal(() -> notify("epoch.closed", "1", '"' + "x".repeat(8001 - over) + '"')))
				.contains("notification of epoch.closed is 8000 bytes");
		}
	}

	@Test
	void channelIsTheOneGiven() throws Exception {
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.dataSource(database())
			.channels(ChannelStrategy.single("elsewhere"))
			.build(); EventStream stream = open(bus)) {
			execute("SELECT event_notify('epoch.closed', '1', NULL, 'elsewhere')");
			assertThat(next(stream).appId()).isEqualTo("1");
			for (String channel : List.of("''", "NULL", "repeat('x', 64)")) {
				assertThat(refusal(() -> execute("SELECT event_notify('epoch.closed', '1', NULL, " + channel + ")")))
					.contains("1 to 63 are allowed");
			}
		}
	}

	@Test
	void servicesThatSignRefuseIt() throws Exception {
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.dataSource(database())
			.signing(SigningKey.of("0123456789abcdef0123456789abcdef"))
			.build(); EventStream stream = open(bus)) {
			notify("epoch.closed", "1", null);
			Delivery delivery = stream.poll(LIMIT);
			assertThat(delivery).isInstanceOfSatisfying(Gap.class,
					(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE));
			await().atMost(LIMIT).until(() -> bus.status().notifications().refused() == 1);
		}
	}

	private static String refusal(ThrowingCallable call) {
		SQLException refusal = catchThrowableOfType(SQLException.class, call);
		assertThat(refusal.getSQLState()).isEqualTo("22023");
		return String.valueOf(refusal.getMessage());
	}

	private static EventStream open(PostgresEventBus bus) throws Exception {
		EventStream stream = bus.open(SubscriptionFilter.all());
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		return stream;
	}

	private static Event next(EventStream stream) throws InterruptedException {
		Delivery delivery = stream.poll(LIMIT);
		assertThat(delivery).isInstanceOf(Event.class);
		return (Event) delivery;
	}

	private UUID notify(@Nullable String type, @Nullable String app, @Nullable String payload) throws Exception {
		try (Connection connection = database().getConnection();
				PreparedStatement statement = connection.prepareStatement(CALL)) {
			statement.setString(1, type);
			statement.setString(2, app);
			statement.setString(3, payload);
			try (ResultSet rows = statement.executeQuery()) {
				rows.next();
				return rows.getObject(1, UUID.class);
			}
		}
	}

	private void execute(String sql) throws Exception {
		try (Connection connection = database().getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
