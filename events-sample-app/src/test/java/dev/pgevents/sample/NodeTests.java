package dev.pgevents.sample;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class NodeTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private TestPostgres database;

	@BeforeEach
	void createDatabase() throws SQLException {
		this.database = TestPostgres.shared().createDatabase();
	}

	@Test
	void everyEpochIsSettledByTheServiceOfItsConsensus() throws SQLException {
		try (ConfigurableApplicationContext node = start()) {
			awaitSettledEpochs(2);
			assertThat(node.isActive()).isTrue();
		}
		assertThat(count("epoch WHERE status = 'CLAIM_REJECTED' AND app_id = '2'")).isZero();
		assertThat(count("input WHERE NOT processed AND epoch_index < 2")).isZero();
	}

	@Test
	void servicesInSeparateProcessesDoWhatOneProcessDoes() {
		List<ConfigurableApplicationContext> processes = new ArrayList<>();
		try {
			for (NodeService service : NodeService.values()) {
				processes.add(start("--services=" + service));
			}
			awaitSettledEpochs(2);
		}
		finally {
			processes.forEach(ConfigurableApplicationContext::close);
		}
	}

	@Test
	void serviceThatMissedEverythingCatchesUpWhenItStarts() throws SQLException {
		try (ConfigurableApplicationContext others = start("--services=evmreader,advancer,claimer,prt")) {
			await().atMost(LIMIT).until(() -> count("epoch WHERE status = 'INPUTS_PROCESSED'") >= 6);
			assertThat(others.isActive()).isTrue();
		}
		assertThat(count("epoch WHERE status = 'CLAIM_CALCULATED'")).isZero();
		try (ConfigurableApplicationContext late = start("--services=validator")) {
			await().atMost(LIMIT).until(() -> count("epoch WHERE status = 'INPUTS_PROCESSED'") == 0);
			assertThat(late.isActive()).isTrue();
		}
		assertThat(count("epoch WHERE status = 'CLAIM_CALCULATED'")).isGreaterThanOrEqualTo(6);
	}

	@Test
	void runsTheSelectedServicesOnly() {
		try (ConfigurableApplicationContext node = start("--services=Advancer, validator")) {
			assertThat(node.getBeanNamesForType(Advancer.class)).hasSize(1);
			assertThat(node.getBeanNamesForType(Validator.class)).hasSize(1);
			assertThat(node.getBeanNamesForType(EvmReader.class)).isEmpty();
			assertThat(node.getBeanNamesForType(Claimer.class)).isEmpty();
			assertThat(node.getBeanNamesForType(Prt.class)).isEmpty();
		}
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
	void startsAServerOfItsOwnAndStopsAfterTheEpochsAskedFor() {
		ConfigurableApplicationContext node = NodeApplication.application()
			.run("--node.block-time=20ms", "--node.epochs=3");
		await().atMost(LIMIT).until(() -> !node.isActive());
		assertThat(node.getEnvironment().getProperty("spring.datasource.url"))
			.startsWith("jdbc:postgresql://localhost");
	}

	private ConfigurableApplicationContext start(String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--node.block-time=20ms");
		all.add("--spring.datasource.url=" + this.database.url());
		all.add("--spring.datasource.username=" + this.database.user());
		all.add("--spring.datasource.password=" + this.database.password());
		return NodeApplication.application().run(all.toArray(String[]::new));
	}

	/** The first epochs of all three applications. */
	private void awaitSettledEpochs(int epochs) {
		await().atMost(LIMIT)
			.until(() -> count("epoch WHERE status IN ('CLAIM_ACCEPTED', 'CLAIM_REJECTED') AND index < " + epochs) == 3
					* epochs);
	}

	private long count(String rows) throws SQLException {
		return this.database.query("SELECT count(*) FROM " + rows);
	}

}
