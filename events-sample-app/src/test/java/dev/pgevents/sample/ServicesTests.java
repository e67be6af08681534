package dev.pgevents.sample;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

import javax.sql.DataSource;

import dev.pgevents.postgres.test.TestPostgres;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/** The services one by one, without a bus. */
class ServicesTests {

	private final List<Object> published = new ArrayList<>();

	private DataSource dataSource;

	private JdbcClient jdbc;

	private Applications applications;

	private Epochs epochs;

	private Chain chain;

	@BeforeEach
	void createTables() throws SQLException {
		this.dataSource = TestPostgres.shared().createDatabase().dataSource();
		Flyway.configure().dataSource(this.dataSource).load().migrate();
		this.jdbc = JdbcClient.create(this.dataSource);
		this.applications = new Applications(this.jdbc);
		this.epochs = new Epochs(this.jdbc);
		this.chain = new Chain(this.jdbc);
	}

	@Test
	void readerReadsABlockAfterTheOther() {
		EvmReader reader = new EvmReader(this.chain, this.applications, this.published::add,
				new TransactionTemplate(new JdbcTransactionManager(this.dataSource)),
				new NodeProperties(Duration.ZERO, 1, Duration.ZERO, 0));
		for (int block = 0; block < 5; block++) {
			reader.readBlock();
		}
		assertThat(this.published).filteredOn((event) -> event.toString().contains("app=2"))
			.containsExactly(new Events.AppRegistered("2"), new Events.EpochOpened("2", 0),
					new Events.InputReceived("2", 0, 0), new Events.EpochClosed("2", 0),
					new Events.EpochOpened("2", 1));
	}

	@Test
	void readerTakesAnApplicationOutOfServiceForOneBlock() {
		EvmReader reader = new EvmReader(this.chain, this.applications, this.published::add,
				new TransactionTemplate(new JdbcTransactionManager(this.dataSource)),
				new NodeProperties(Duration.ZERO, 0, Duration.ZERO, 0));
		for (int block = 0; block <= 10; block++) {
			reader.readBlock();
		}
		assertThat(this.published).endsWith(new Events.EpochClosed("3", 4), new Events.AppDeactivated("3"));
		assertThat(this.applications.readActive()).containsExactly("1", "2");
		reader.readBlock();
		assertThat(this.published).endsWith(new Events.AppReactivated("3"));
		assertThat(this.applications.readActive()).containsExactly("1", "2", "3");
	}

	@Test
	void advancerProcessesInputsAsTheyComeAndTellsOnceWhenTheEpochIsClosed() {
		Advancer advancer = new Advancer(this.epochs, this.applications, this.published::add);
		this.applications.register("1", Consensus.AUTHORITY);
		long epoch = this.chain.open("1");
		this.chain.receive("1", epoch);
		advancer.advance("1");
		assertThat(this.jdbc.sql("SELECT processed FROM input").query(Boolean.class).single()).isTrue();
		assertThat(this.published).isEmpty();
		this.chain.receive("1", epoch);
		this.chain.close("1", epoch);
		advancer.advance("1");
		advancer.catchUp();
		assertThat(this.published).containsExactly(new Events.InputsProcessed("1", epoch));
	}

	@Test
	void validatorCalculatesEachClaimOnce() {
		Validator validator = new Validator(this.epochs, this.applications, this.published::add, new Stall());
		epochs("1", Consensus.AUTHORITY, EpochStatus.INPUTS_PROCESSED, 2);
		validator.calculate("1");
		validator.catchUp();
		assertThat(this.published).containsExactly(new Events.ClaimCalculated("1", 0),
				new Events.ClaimCalculated("1", 1));
	}

	@Test
	void claimerSubmitsThenSettles() {
		Claimer claimer = new Claimer(this.epochs, this.applications, this.published::add);
		epochs("1", Consensus.AUTHORITY, EpochStatus.CLAIM_CALCULATED, 1);
		claimer.settle("1");
		assertThat(this.published).isEmpty();
		claimer.submit("1");
		assertThat(this.published).containsExactly(new Events.ClaimSubmitted("1", 0));
		claimer.settle("1");
		claimer.catchUp();
		assertThat(this.published).containsExactly(new Events.ClaimSubmitted("1", 0), new Events.ClaimAccepted("1", 0));
	}

	@Test
	void authorityRejectsEverySeventhEpoch() {
		Claimer claimer = new Claimer(this.epochs, this.applications, this.published::add);
		epochs("1", Consensus.AUTHORITY, EpochStatus.CLAIM_CALCULATED, 14);
		claimer.catchUp();
		assertThat(this.published).filteredOn(Events.ClaimRejected.class::isInstance)
			.containsExactly(new Events.ClaimRejected("1", 6), new Events.ClaimRejected("1", 13));
		assertThat(this.epochs.at("1", EpochStatus.CLAIM_REJECTED)).containsExactly(6L, 13L);
		assertThat(this.epochs.at("1", EpochStatus.CLAIM_ACCEPTED)).hasSize(12);
	}

	@Test
	void prtSubmitsAndSettlesAtOnce() {
		Prt prt = new Prt(this.epochs, this.applications, this.published::add);
		epochs("2", Consensus.PRT, EpochStatus.CLAIM_CALCULATED, 1);
		prt.settle("2");
		prt.catchUp();
		assertThat(this.published).containsExactly(new Events.ClaimSubmitted("2", 0), new Events.ClaimAccepted("2", 0));
	}

	@Test
	void claimsAreTakenByTheServiceOfTheirConsensusOnly() {
		Claimer claimer = new Claimer(this.epochs, this.applications, this.published::add);
		Prt prt = new Prt(this.epochs, this.applications, this.published::add);
		epochs("1", Consensus.AUTHORITY, EpochStatus.CLAIM_CALCULATED, 1);
		epochs("2", Consensus.PRT, EpochStatus.CLAIM_CALCULATED, 1);
		claimer.submit("2");
		prt.settle("1");
		prt.catchUp();
		assertThat(this.epochs.at("1", EpochStatus.CLAIM_CALCULATED)).hasSize(1);
		assertThat(this.epochs.at("2", EpochStatus.CLAIM_ACCEPTED)).hasSize(1);
		claimer.catchUp();
		assertThat(this.epochs.at("1", EpochStatus.CLAIM_ACCEPTED)).hasSize(1);
	}

	@Test
	void applicationOutOfServiceWaitsUntilItIsBack() {
		Validator validator = new Validator(this.epochs, this.applications, this.published::add, new Stall());
		epochs("1", Consensus.AUTHORITY, EpochStatus.INPUTS_PROCESSED, 1);
		this.applications.setActive("1", false);
		validator.calculate("1");
		validator.catchUp();
		assertThat(this.published).isEmpty();
		this.applications.setActive("1", true);
		validator.catchUp();
		assertThat(this.published).containsExactly(new Events.ClaimCalculated("1", 0));
	}

	private void epochs(String app, Consensus consensus, EpochStatus status, int count) {
		this.applications.register(app, consensus);
		LongStream.range(0, count)
			.forEach((index) -> this.jdbc.sql("INSERT INTO epoch VALUES (?, ?, ?)")
				.params(app, index, status.name())
				.update());
	}

}
