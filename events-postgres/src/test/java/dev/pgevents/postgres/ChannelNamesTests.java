package dev.pgevents.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * LISTEN takes no parameter, so that names become part of a statement.
 */
class ChannelNamesTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	private final String victim = "victim_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);

	private final List<String> names = List.of("Upper", "upper", "\"", "\"\"", "a\"b", "\"quoted\"", "'", "''", "\\",
			"a\\", "a\\\"b", "\\\"; DROP TABLE " + this.victim + "; --", "\"; DROP TABLE " + this.victim + "; --",
			"'; DROP TABLE " + this.victim + "; --", ";", "a;b", "--", "/* */", "/*", "$$", "$tag$", "?", "a?b", "??",
			":name", "{d '2026-01-19'}", "{fn now()}", "%s", "$1", " ", " leading", "trailing ", "two words", "\t",
			"line\nbreak", "\u001b[31m", "\u0085", "\u2028", "\u00fc", "\u6771\u4eac", "\ud83d\ude00", "*", "select",
			"U&\"\\0061\"", "\u0130", "\u0131", "x".repeat(63), "\u00fc".repeat(31), "\ud83d\ude00".repeat(15));

	@Test
	void areTakenAsTheyAre() throws Exception {
		database.execute("CREATE TABLE " + this.victim + " ()");
		String bus = "names" + this.victim;
		try (PostgresEventBus names = PostgresEventBus.builder()
			.name(bus)
			.dataSource(database.dataSource())
			.heartbeat(Duration.ofMillis(50))
			.channels(new ByAppId())
			.build(); EventStream stream = names.open(SubscriptionFilter.all())) {
			assertThat(stream.ready()).succeedsWithin(LIMIT);
			awaitHeartbeat(bus);
			List<Event> events = new ArrayList<>();
			this.names.forEach((name) -> events.add(Event.of(EventType.of("a"), name, null)));
			for (Event event : events) {
				names.publish(event);
				assertThat(stream.poll(LIMIT)).as(event.appId()).isEqualTo(event);
			}
			names.publishAll(events);
			for (Event event : events) {
				assertThat(stream.poll(LIMIT)).as(event.appId()).isEqualTo(event);
			}
			assertThat(names.status().channels()).containsExactlyInAnyOrderElementsOf(this.names);
		}
		database.execute("DROP TABLE " + this.victim);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "nul\0",
			"evil\n\u001b[31m\u2028 and so on, until it is longer than what there is room for" })
	void areRefusedWhereTheServerWouldNotTakeThem(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> ChannelStrategy.single(name))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains("channel name")
				.doesNotContainPattern("[\\p{Cntrl}\u2028]"));
	}

	/** It asks for the registrations, and tells a gap if one is not there. */
	private static void awaitHeartbeat(String bus) {
		await().atMost(LIMIT)
			.until(() -> database.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgevents "
					+ bus + " listener' AND state = 'idle' AND query LIKE '%pg_listening_channels%'") == 1);
	}

	private final class ByAppId implements ChannelStrategy {

		@Override
		public String channelOf(Event event) {
			return String.valueOf(event.appId());
		}

		@Override
		public Set<String> channelsOf(SubscriptionFilter filter) {
			return Set.copyOf(ChannelNamesTests.this.names);
		}

	}

}
