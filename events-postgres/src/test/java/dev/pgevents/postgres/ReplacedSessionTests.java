package dev.pgevents.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.pgevents.postgres.fault.Sources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What takes the place of a listening session that was lost: the publishing one, which is
 * open already and leads to the same database.
 */
class ReplacedSessionTests {

	private static final Duration LIMIT = FaultScenario.LIMIT;

	/** What the bus has opened connections for, in their order. */
	private final List<String> opened = new CopyOnWriteArrayList<>();

	private FaultScenario scenario;

	@BeforeEach
	void create() throws Exception {
		this.scenario = new FaultScenario(false);
	}

	@AfterEach
	void close() throws Exception {
		this.scenario.closeAndVerifyNothingIsLeft();
	}

	@Test
	void publishingSessionTakesThePlaceOfALostOne() throws Exception {
		begin(this.scenario.patient().listener(source()));
		long publisher = process("publisher");
		terminateListener();
		await().atMost(LIMIT).until(() -> sessions("listener") == 1 && process("listener") == publisher);
		this.scenario.verify();
		this.scenario.bus().publish(Event.of(EventType.of("any"), null, null));
		assertThat(process("publisher")).isNotEqualTo(publisher);
		assertThat(this.opened).containsExactlyInAnyOrder("listener", "publisher", "publisher");
	}

	@Test
	void listeningSessionOfItsOwnSourceIsReplacedByANewOne() throws Exception {
		begin(this.scenario.patient().listener(source()).dataSource(this.scenario.straight()));
		long publisher = process("publisher");
		terminateListener();
		this.scenario.verify();
		assertThat(process("publisher")).isEqualTo(publisher);
		assertThat(this.opened).containsExactly("listener", "listener");
	}

	/** As where there was none from the start. */
	@Test
	void publishingSessionThatIsMissingThenIsNamed() throws Exception {
		ConnectionSource source = source();
		AtomicBoolean full = new AtomicBoolean();
		begin(this.scenario.steady().listener((settings) -> {
			if (full.get()) {
				throw new SQLException("too many clients");
			}
			return source.open(settings);
		}));
		full.set(true);
		terminateListener();
		await().atMost(LIMIT)
			.until(() -> String.valueOf(this.scenario.bus().status().connection().problem())
				.contains("too many clients. The bus needs two connections, one of which it has"));
		full.set(false);
		this.scenario.verify();
	}

	private void begin(PostgresEventBus.Builder builder) throws Exception {
		this.scenario.build(builder);
		this.scenario.begin();
		// The proof of delivery may have come back before its thread was done.
		await().atMost(LIMIT).until(() -> !this.scenario.isThreadIn("serve"));
	}

	private ConnectionSource source() {
		ConnectionSource source = Sources.of(this.scenario.server, this.scenario.url());
		return (settings) -> {
			this.opened.add(settings.getProperty("ApplicationName").replaceFirst(".* ", ""));
			return source.open(settings);
		};
	}

	private void terminateListener() throws SQLException {
		assertThat(this.scenario.server.terminate(name("listener"))).isEqualTo(1);
	}

	private long sessions(String purpose) throws SQLException {
		return this.scenario.server.sessions(name(purpose));
	}

	private long process(String purpose) throws SQLException {
		return this.scenario.server
			.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE '" + name(purpose) + "'");
	}

	private String name(String purpose) {
		return "pgevents " + this.scenario.name + " " + purpose;
	}

}
