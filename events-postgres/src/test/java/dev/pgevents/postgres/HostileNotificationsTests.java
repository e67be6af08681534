package dev.pgevents.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.internal.wire.Mutations;
import dev.pgevents.postgres.test.CapturedLog;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Any role of the database may send anything on any channel.
 */
class HostileNotificationsTests {

	@RegisterExtension
	private final CapturedLog log = new CapturedLog("dev.pgevents");

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final TestPostgres database = TestPostgres.shared();

	private static final EventType TYPE = EventType.of("epoch.closed");

	private static final Pattern NOT_FOR_DISPLAY = Pattern.compile("[\\p{Cntrl}\\p{Cf}\u0085\u2028\u2029&&[^\n\t]]");

	private final String channel = "hostile_" + UUID.randomUUID();

	@Test
	void everyOneIsAnEventOrCountedInAGapAndTheConnectionStays() throws Exception {
		Mutations mutations = new Mutations(42);
		Set<String> sent = new LinkedHashSet<>(); // what is sent twice arrives once
		while (sent.size() < 5_000) {
			String mutated = mutations.of("{\"id\":\"" + UUID.randomUUID() + "\",\"type\":\"epoch.closed\","
					+ "\"app_id\":\"1\",\"timestamp\":\"2026-01-19T10:00:00Z\",\"payload\":[" + sent.size() + "]}");
			if (isAcceptedByTheServer(mutated)) {
				sent.add(mutated);
			}
		}
		try (PostgresEventBus bus = bus().build(); EventStream stream = open(bus)) {
			notify(sent);
			Event last = Event.of(TYPE, "last", null);
			bus.publish(last);
			long events = 0;
			long unreadable = 0;
			for (Delivery next = stream.poll(LIMIT); !last.equals(next); next = stream.poll(LIMIT)) {
				assertThat(next).isNotNull();
				if (next instanceof Gap gap) {
					assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE);
					unreadable += gap.dropped();
				}
				else {
					events++;
				}
			}
			assertThat(events).isPositive();
			assertThat(unreadable).isPositive().isEqualTo(bus.status().notifications().unreadable());
			assertThat(events + unreadable).isEqualTo(sent.size());
		}
	}

	@Test
	void whatIsNoTextInADatabaseWithoutEncodingIsToldAndStopsNothing() throws Exception {
		String name = "bytes_" + UUID.randomUUID().toString().replace("-", "");
		database.execute(
				"CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
		String url = database.url().replaceFirst("(//[^/]*/)[^?]*", "$1" + name);
		ConnectionSource source = ConnectionSource.url(url, database.user(), database.password());
		try (PostgresEventBus bus = PostgresEventBus.builder().listener(source).build();
				EventStream stream = open(bus);
				Connection connection = source.open(new Properties());
				Statement statement = connection.createStatement()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			for (int i = 0; i < 3; i++) {
				statement.execute("SELECT pg_notify('events', convert_from('\\xfffe'::bytea, 'SQL_ASCII'))");
				assertThat(stream.poll(LIMIT)).isInstanceOf(Gap.class);
				await().atMost(LIMIT).until(bus::isDelivering);
				Event next = Event.of(TYPE, null, i);
				bus.publish(next);
				Delivery delivery = stream.poll(LIMIT);
				while (delivery instanceof Gap) {
					delivery = stream.poll(LIMIT);
				}
				assertThat(delivery).isEqualTo(next);
			}
		}
	}

	@Test
	void nothingOfThemWritesALineOfItsOwnIntoTheLog() throws Exception {
		String hostile = "1\\n12:00:00 ERROR forged\\u001b[31m\\u0085\\u2028\\u202e";
		try (PostgresEventBus bus = bus().slowHandlerThreshold(Duration.ofMillis(1)).build()) {
			Subscription subscription = bus.subscribe(SubscriptionFilter.all(), (event) -> {
				await().atMost(LIMIT)
					.until(() -> this.log.messages().stream().anyMatch((line) -> line.contains("has been running")));
				event.payloadAs(Numbered.class);
			});
			assertThat(subscription.ready()).succeedsWithin(LIMIT);
			String event = "{\"type\":\"epoch.closed\",\"app_id\":\"" + hostile + "\",\"payload\":{\"" + hostile
					+ "\":1,\"number\":\"" + hostile + "\"}}";
			notify(List.of(event, event + " ", event.replace("epoch.closed", hostile), hostile));
			await().atMost(LIMIT).until(() -> subscription.stats().failed() == 2 && subscription.stats().gaps() > 0);
		}
		assertThat(this.log.messages())
			.anyMatch((line) -> line.contains("failed for Event[epoch.closed app=1\\n12:00:00 ERROR forged"))
			.anyMatch((line) -> line.contains("cannot be read"))
			.noneMatch((line) -> NOT_FOR_DISPLAY.matcher(line).find() || line.contains("\n"));
		assertThat(this.log.lines()).filteredOn((line) -> line.getThrowableProxy() != null)
			.isNotEmpty()
			.extracting((line) -> ThrowableProxyUtil.asString(line.getThrowableProxy()))
			.noneMatch((trace) -> NOT_FOR_DISPLAY.matcher(trace).find() || trace.contains("\n12:00:00"));
	}

	private static boolean isAcceptedByTheServer(String text) {
		return text.indexOf('\0') < 0 && text.codePoints().noneMatch((c) -> Character.getType(c) == Character.SURROGATE)
				&& text.getBytes(StandardCharsets.UTF_8).length < 8000;
	}

	private void notify(Collection<String> texts) throws SQLException {
		try (Connection connection = database.connect();
				PreparedStatement notify = connection
					.prepareStatement("SELECT count(pg_notify(?, n)) FROM unnest(?::text[]) AS t(n)")) {
			for (String text : texts) {
				notify.setString(1, this.channel);
				notify.setArray(2, connection.createArrayOf("text", new String[] { text }));
				notify.addBatch();
			}
			notify.executeBatch();
		}
	}

	private PostgresEventBus.Builder bus() {
		return PostgresEventBus.builder()
			.dataSource(database.dataSource())
			.channels(ChannelStrategy.single(this.channel));
	}

	private static EventStream open(PostgresEventBus bus) {
		EventStream stream = bus.open(SubscriptionFilter.all(),
				SubscriptionOptions.builder().bufferSize(20_000).build());
		assertThat(stream.ready()).succeedsWithin(LIMIT);
		return stream;
	}

	record Numbered(int number) {

	}

}
