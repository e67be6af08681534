package dev.pgevents.sample;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class NodeTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	/** The first after which something special has happened, a rejection and a break. */
	private static final int EPOCHS = 7;

	private final List<Event> events = new CopyOnWriteArrayList<>();

	private final List<ConfigurableApplicationContext> processes = new ArrayList<>();

	private TestPostgres database;

	private EventBus bus;

	@BeforeEach
	void listen() throws SQLException {
		this.database = TestPostgres.shared().createDatabase();
		this.bus = PostgresEventBus.builder().name("recorder").dataSource(this.database.dataSource()).build();
		this.bus.subscribe(SubscriptionFilter.all(), this.events::add).ready().join();
	}

	@AfterEach
	void stop() {
		this.processes.forEach(ConfigurableApplicationContext::close);
		this.bus.close();
	}

	@Test
	void everyEpochIsSettledByTheServiceOfItsConsensus() throws SQLException {
		start();
		awaitEachEventOnce();
		assertThat(count("input WHERE NOT processed AND app_id <> '4' AND epoch_index < " + EPOCHS)).isZero();
		assertThat(this.events.stream().map(Event::type).distinct()).containsAll(EventTypes.all());
		assertThat(types("4", null)).containsExactly(EventTypes.APP_REGISTERED, EventTypes.APP_INOPERABLE);
		assertThat(types("3", null)).startsWith(EventTypes.APP_REGISTERED, EventTypes.APP_DEACTIVATED,
				EventTypes.APP_REACTIVATED);
	}

	@Test
	void servicesInSeparateProcessesDoWhatOneProcessDoes() throws SQLException {
		for (NodeService service : NodeService.values()) {
			start("--services=" + service);
		}
		awaitEachEventOnce();
	}

	@Test
	void twoNodesOnOneDatabaseDoNothingTwice() throws SQLException {
		start();
		start();
		awaitEachEventOnce();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EVMREADER")
	void serviceWhoseEventsAreLostFindsItsWorkInTheTables(NodeService deaf) throws SQLException {
		start("--services=" + deaf, "--events.listener.enabled=false", "--node.sync-every=50ms");
		List<NodeService> others = new ArrayList<>(List.of(NodeService.values()));
		others.remove(deaf);
		start("--services=" + others.toString().replaceAll("[\\[\\] ]", ""));
		awaitEachEventOnce();
	}

	@Test
	void everyEpochIsSettledOnceThoughTheListeningConnectionIsCutAgainAndAgain() throws SQLException {
		start("--node.sync-every=1h");
		for (int epoch = 0; epoch < EPOCHS; epoch++) {
			String opened = "epoch WHERE app_id <> '4' AND index = " + epoch;
			await().atMost(LIMIT).until(() -> count(opened) == 3);
			await().atMost(LIMIT).until(() -> this.database.terminate("pgevents events listener%") == 1);
		}
		awaitEachEventOnce();
	}

	@Test
	void serviceThatMissedEverythingCatchesUpWhenItStarts() throws SQLException {
		start("--services=evmreader,advancer,claimer,prt");
		await().atMost(LIMIT).until(() -> count("epoch WHERE status = 'INPUTS_PROCESSED'") >= 6);
		assertThat(count("epoch WHERE status = 'CLAIM_CALCULATED'")).isZero();
		this.processes.remove(0).close();
		start("--services=validator");
		await().atMost(LIMIT).until(() -> count("epoch WHERE app_id <> '4' AND status = 'INPUTS_PROCESSED'") == 0);
		assertThat(count("epoch WHERE status = 'CLAIM_CALCULATED'")).isGreaterThanOrEqualTo(6);
	}

	@Test
	void knowsWhenTheTransactionOfAnEventBeganToCommit() {
		NodeCommitTimes times = start().getBean(NodeCommitTimes.class);
		await().atMost(LIMIT).until(() -> this.events.stream().anyMatch((event) -> times.committed(event) != null));
		assertThat(this.events).filteredOn((event) -> times.committed(event) != null)
			.allSatisfy((event) -> assertThat(times.committed(event)).isAfterOrEqualTo(event.timestamp()));
	}

	@Test
	void runsTheSelectedServicesOnly() {
		ConfigurableApplicationContext node = start("--services=Advancer, validator");
		assertThat(node.getBeanNamesForType(Advancer.class)).hasSize(1);
		assertThat(node.getBeanNamesForType(Validator.class)).hasSize(1);
		assertThat(node.getBeanNamesForType(EvmReader.class)).isEmpty();
		assertThat(node.getBeanNamesForType(Claimer.class)).isEmpty();
		assertThat(node.getBeanNamesForType(Prt.class)).isEmpty();
	}

	@Test
	void saysWhichServicesThereAre() {
		assertThatExceptionOfType(UnknownServiceException.class).isThrownBy(() -> start("--services=validater"))
			.satisfies((failure) -> assertThat(new UnknownServiceFailureAnalyzer().analyze(failure)).isNotNull()
				.satisfies((analysis) -> {
					assertThat(analysis.getDescription()).contains("validater");
					assertThat(analysis.getAction()).contains("evmreader, advancer, validator, claimer, prt");
				}));
	}

	@Test
	void saysWhyADatabaseCannotBeUsed() {
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> NodeApplication.application()
				.run("--server.port=0", "--spring.datasource.url=jdbc:postgresql://localhost:1/postgres"))
			.satisfies((failure) -> assertThat(new UnreachableDatabaseFailureAnalyzer().analyze(failure)).isNotNull()
				.satisfies((analysis) -> {
					assertThat(analysis.getDescription()).contains("Connection to localhost:1 refused");
					assertThat(analysis.getAction()).contains("spring.datasource.url");
				}));
	}

	@Test
	void saysThatAUrlIsNotThatOfAPostgres() {
		assertThatExceptionOfType(EventsConfigurationException.class)
			.isThrownBy(() -> NodeApplication.application()
				.run("--server.port=0", "--spring.datasource.url=localhost:5432/postgres"))
			.satisfies((failure) -> {
				assertThat(failure.description()).contains("spring.datasource.url");
				assertThat(failure.action()).contains("jdbc:postgresql://host:5432/database");
			});
	}

	@Test
	void startsAServerOfItsOwnAndStopsItAfterTheEpochsAskedFor() {
		ConfigurableApplicationContext node = NodeApplication.application()
			.run("--server.port=0", "--node.block-time=20ms", "--node.epochs=3", "--logging.level.dev.pgevents=warn");
		this.processes.add(node);
		String url = node.getEnvironment().getRequiredProperty("spring.datasource.url");
		assertThat(url).startsWith("jdbc:postgresql://localhost");
		await().atMost(LIMIT).until(() -> !node.isActive());
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> DriverManager.getConnection(url).close())
				.withMessageContaining("refused"));
	}

	private ConfigurableApplicationContext start(String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--server.port=0");
		all.add("--node.block-time=20ms");
		all.add("--node.inputs-per-epoch=2");
		all.add("--logging.level.dev.pgevents=warn");
		all.add("--spring.datasource.url=" + this.database.url());
		all.add("--spring.datasource.username=" + this.database.user());
		all.add("--spring.datasource.password=" + this.database.password());
		ConfigurableApplicationContext process = NodeApplication.application().run(all.toArray(String[]::new));
		this.processes.add(process);
		return process;
	}

	/**
	 * Waits until the first epochs of all applications are settled, and checks that it
	 * took each event once, in the order of the table of events.
	 */
	private void awaitEachEventOnce() throws SQLException {
		String settled = "epoch WHERE status IN ('CLAIM_ACCEPTED', 'CLAIM_REJECTED') AND app_id <> '4' AND index < "
				+ EPOCHS;
		await().atMost(LIMIT).until(() -> count(settled) == 3 * EPOCHS);
		this.processes.forEach(ConfigurableApplicationContext::close);
		this.bus.publish(Event.of(EventType.of("test.end"), null, null));
		await().atMost(LIMIT)
			.until(() -> this.events.stream().anyMatch((event) -> event.type().value().equals("test.end")));
		for (String app : List.of("1", "2", "3")) {
			for (long epoch = 0; epoch < EPOCHS; epoch++) {
				boolean rejected = !app.equals("2") && epoch == 6;
				assertThat(types(app, epoch)).as("app %s epoch %d", app, epoch)
					.containsExactly(EventTypes.EPOCH_OPENED, EventTypes.INPUT_RECEIVED, EventTypes.INPUT_RECEIVED,
							EventTypes.EPOCH_CLOSED, EventTypes.EPOCH_INPUTS_PROCESSED,
							EventTypes.EPOCH_CLAIM_CALCULATED, EventTypes.EPOCH_CLAIM_SUBMITTED,
							rejected ? EventTypes.EPOCH_CLAIM_REJECTED : EventTypes.EPOCH_CLAIM_ACCEPTED);
			}
		}
	}

	private List<EventType> types(String app, @Nullable Long epoch) {
		return this.events.stream()
			.filter((event) -> app.equals(event.appId()) && epoch(event) == ((epoch != null) ? epoch : -1))
			.map(Event::type)
			.toList();
	}

	private static long epoch(Event event) {
		return (event.payloadAs(Map.class).get("epoch") instanceof Number epoch) ? epoch.longValue() : -1;
	}

	private long count(String rows) throws SQLException {
		return this.database.query("SELECT count(*) FROM " + rows);
	}

}
