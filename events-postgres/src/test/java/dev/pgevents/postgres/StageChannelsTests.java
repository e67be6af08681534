package dev.pgevents.postgres;

import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What the services of a rollups node notify on a channel for each stage. The
 * notifications are as those services and their triggers write them
 * (cartesi/rollups-node, internal/events: a Go struct as JSON, and json_build_object).
 */
class StageChannelsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static TestPostgres database; // its channels are its own

	/** Where the bus publishes. */
	private final String own = "own" + UUID.randomUUID();

	@BeforeAll
	static void makeTrigger() throws SQLException {
		database = TestPostgres.shared().createDatabase();
		database.execute("CREATE TABLE application (id int PRIMARY KEY, enabled boolean NOT NULL)");
		database.execute("""
				CREATE FUNCTION notify_app_lifecycle_change() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN
					PERFORM pg_notify('app_state_changed',
						json_build_object('ch', 'app_state_changed', 'app_id', NEW.id)::text);
					RETURN NEW;
				END $$""");
		database.execute("CREATE TRIGGER application_notify_lifecycle AFTER INSERT OR UPDATE ON application"
				+ " FOR EACH ROW EXECUTE FUNCTION notify_app_lifecycle_change()");
	}

	@ParameterizedTest
	@CsvSource({ "input_received, input.received", "epoch_closed, epoch.closed",
			"inputs_processed, epoch.inputs_processed", "claim_computed, epoch.claim_calculated",
			"claim_submitted, epoch.claim_submitted", "claim_accepted, epoch.claim_accepted",
			"settle_submitted, epoch.settle_submitted", "join_submitted, epoch.join_submitted" })
	void notificationOfAServiceIsAnEventOfItsStage(String channel, String type) throws Exception {
		try (PostgresEventBus bus = bus()) {
			EventStream stream = open(bus, SubscriptionFilter.types(type));
			send(channel, "{\"ch\":\"" + channel + "\",\"app_id\":12,\"epoch_idx\":7}");
			Event event = next(stream);
			assertThat(event.type().value()).isEqualTo(type);
			assertThat(event.appId()).isEqualTo("12");
			assertThat(event.payloadAs(Epoch.class)).isEqualTo(new Epoch("12", BigInteger.valueOf(7)));
			assertThat((Object) event.payloadAs(Map.class)).isEqualTo(Map.of("app", "12", "epoch", 7));
		}
	}

	@Test
	void notificationOfATriggerIsAnEvent() throws Exception {
		try (PostgresEventBus bus = bus()) {
			EventStream stream = open(bus, SubscriptionFilter.types("app.*"));
			database.execute("INSERT INTO application VALUES (3, true)");
			Event event = next(stream);
			assertThat(event.type().value()).isEqualTo("app.state_changed");
			assertThat(event.appId()).isEqualTo("3");
			assertThat((Object) event.payloadAs(Map.class)).isEqualTo(Map.of("app", "3"));
		}
	}

	@Test
	void stagesComeInOrderWithOwnEvents() throws Exception {
		try (PostgresEventBus bus = bus()) {
			EventStream stream = open(bus, SubscriptionFilter.apps("1"));
			bus.publish(Event.of(EventTypes.EPOCH_OPENED, "1", null));
			send("epoch_closed", "{\"ch\":\"epoch_closed\",\"app_id\":1,\"epoch_idx\":0}");
			send("epoch_closed", "{\"ch\":\"epoch_closed\",\"app_id\":2,\"epoch_idx\":0}");
			send("inputs_processed", "{\"ch\":\"inputs_processed\",\"app_id\":1,\"epoch_idx\":0}");
			assertThat(next(stream).type()).isEqualTo(EventTypes.EPOCH_OPENED);
			assertThat(next(stream).type()).isEqualTo(EventTypes.EPOCH_CLOSED);
			assertThat(next(stream).type()).isEqualTo(EventTypes.EPOCH_INPUTS_PROCESSED);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"epoch_idx\" : 18446744073709551615, \"app_id\" : \"1\"}",
			"{\"ch\":\"\",\"more\":{\"app_id\":[2]},\"app_id\":1,\"epoch_idx\":18446744073709551615,\"x\":null}" })
	void readingIsLenient(String notification) throws Exception {
		try (PostgresEventBus bus = bus()) {
			EventStream stream = open(bus, SubscriptionFilter.types("epoch.*"));
			send("epoch_closed", notification);
			assertThat(next(stream).payloadAs(Epoch.class))
				.isEqualTo(new Epoch("1", new BigInteger("18446744073709551615")));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "7", "{", "{\"app_id\":1,\"epoch_idx\":7}}", "{\"app_id\":1,\"epoch_idx\":\"7\"}",
			"{\"app_id\":1,\"epoch_idx\":7.5}", "{\"app_id\":[1]}" })
	void whatCannotBeReadIsAGap(String notification) throws Exception {
		try (PostgresEventBus bus = bus()) {
			EventStream stream = open(bus, SubscriptionFilter.types("epoch.closed"));
			send("epoch_closed", notification);
			assertThat(stream.poll(LIMIT)).isInstanceOfSatisfying(Gap.class,
					(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE));
		}
	}

	@Test
	void thatFormIsUnreadableOnOtherChannels() throws Exception {
		try (PostgresEventBus bus = bus()) {
			EventStream stream = open(bus, SubscriptionFilter.types("epoch.closed"));
			send(this.own, "{\"ch\":\"epoch_closed\",\"app_id\":1,\"epoch_idx\":7}");
			assertThat(stream.poll(LIMIT)).isInstanceOf(Gap.class);
		}
	}

	@Test
	void listensToTheStagesThatHandlersNeed() throws Exception {
		try (PostgresEventBus bus = bus()) {
			open(bus, SubscriptionFilter.types("epoch.closed"));
			assertThat(bus.status().channels()).containsExactlyInAnyOrder(this.own, "epoch_closed");
			open(bus, SubscriptionFilter.apps("1").andTypes("app.*"));
			assertThat(bus.status().channels()).containsExactlyInAnyOrder(this.own, "epoch_closed",
					"app_state_changed");
			open(bus, SubscriptionFilter.all());
			assertThat(bus.status().channels()).hasSize(10);
		}
	}

	@Test
	void publishesOnItsOwnChannelsOnly() {
		ChannelStrategy strategy = ChannelStrategy
			.withStages(ChannelStrategy.perType("own", Set.of(EventTypes.EPOCH_CLOSED)));
		assertThat(strategy.channelOf(Event.of(EventTypes.EPOCH_CLOSED, "1", null))).isEqualTo("own.epoch.closed");
		assertThat(strategy.channelOf(Event.of(EventType.of("app.state_changed"), "1", null))).isEqualTo("own.other");
	}

	@Test
	void busThatSignsHasNoStages() {
		assertThatIllegalStateException()
			.isThrownBy(() -> builder().signing(SigningKey.of("0123456789abcdef0123456789abcdef")).build())
			.withMessageContaining("epoch_closed")
			.withMessageContaining("signing(...)");
	}

	private PostgresEventBus.Builder builder() {
		return PostgresEventBus.builder()
			.dataSource(database.dataSource())
			.channels(ChannelStrategy.withStages(ChannelStrategy.single(this.own)));
	}

	private PostgresEventBus bus() {
		return builder().build();
	}

	private static EventStream open(PostgresEventBus bus, SubscriptionFilter filter) throws Exception {
		EventStream stream = bus.open(filter);
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		return stream;
	}

	private static void send(String channel, String notification) throws SQLException {
		database.execute("SELECT pg_notify('" + channel + "', '" + notification + "')");
	}

	private static Event next(EventStream stream) throws InterruptedException {
		Delivery delivery = stream.poll(LIMIT);
		assertThat(delivery).isInstanceOf(Event.class);
		return (Event) delivery;
	}

	private record Epoch(String app, BigInteger epoch) {

	}

}
