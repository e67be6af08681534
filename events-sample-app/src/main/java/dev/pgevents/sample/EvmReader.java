package dev.pgevents.sample;

import java.util.Map;
import java.util.TreeMap;

import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Reads a simulated chain: each block registers what is missing, and for each application
 * has an input, or the end of an epoch, or the begin of the next.
 */
@Service
@ConditionalOnService(NodeService.EVMREADER)
class EvmReader {

	private static final Map<String, Consensus> ON_CHAIN = new TreeMap<>(
			Map.of("1", Consensus.AUTHORITY, "2", Consensus.PRT, "3", Consensus.AUTHORITY));

	/** The application that takes a break after every so manieth epoch. */
	private static final String UNSTEADY = "3";

	private static final long BREAK_AFTER = 5;

	private final JdbcClient jdbc;

	private final DomainEventPublisher publisher;

	private final NodeProperties properties;

	EvmReader(JdbcClient jdbc, DomainEventPublisher publisher, NodeProperties properties) {
		this.jdbc = jdbc;
		this.publisher = publisher;
		this.properties = properties;
	}

	@Scheduled(fixedRateString = "${node.block-time:250ms}")
	@Transactional
	void readBlock() {
		this.jdbc.sql("SELECT pg_advisory_xact_lock(20261102)").query().singleRow(); // one
																						// reader
																						// at
																						// a
																						// time
		ON_CHAIN.forEach(this::readApplication);
	}

	private void readApplication(String app, Consensus consensus) {
		Boolean active = this.jdbc.sql("SELECT active FROM application WHERE id = ?")
			.param(app)
			.query(Boolean.class)
			.optional()
			.orElse(null);
		if (active == null) {
			register(app, consensus);
		}
		else if (!active) {
			activate(app, true);
			this.publisher.publish(new Events.AppReactivated(app));
		}
		else {
			readEpoch(app);
		}
	}

	private void register(String app, Consensus consensus) {
		this.jdbc.sql("INSERT INTO application VALUES (?, ?, true)").params(app, consensus.name()).update();
		this.publisher.publish(new Events.AppRegistered(app));
	}

	private void activate(String app, boolean active) {
		this.jdbc.sql("UPDATE application SET active = ? WHERE id = ?").params(active, app).update();
	}

	private void readEpoch(String app) {
		Long open = this.jdbc.sql("SELECT max(index) FROM epoch WHERE app_id = ? AND status = 'OPEN'")
			.param(app)
			.query(Long.class)
			.optional()
			.orElse(null);
		if (open == null) {
			open(app);
		}
		else if (inputs(app, open) < this.properties.inputsPerEpoch()) {
			receiveInput(app, open);
		}
		else {
			close(app, open);
		}
	}

	private long inputs(String app, long epoch) {
		return this.jdbc.sql("SELECT count(*) FROM input WHERE app_id = ? AND epoch_index = ?")
			.params(app, epoch)
			.query(Long.class)
			.single();
	}

	private void open(String app) {
		long epoch = this.jdbc.sql("SELECT count(*) FROM epoch WHERE app_id = ?").param(app).query(Long.class).single();
		this.jdbc.sql("INSERT INTO epoch VALUES (?, ?, 'OPEN')").params(app, epoch).update();
		this.publisher.publish(new Events.EpochOpened(app, epoch));
	}

	private void receiveInput(String app, long epoch) {
		long input = this.jdbc.sql("SELECT count(*) FROM input WHERE app_id = ?").param(app).query(Long.class).single();
		this.jdbc.sql("INSERT INTO input VALUES (?, ?, ?)").params(app, epoch, input).update();
		this.publisher.publish(new Events.InputReceived(app, epoch, input));
	}

	private void close(String app, long epoch) {
		this.jdbc.sql("UPDATE epoch SET status = 'CLOSED' WHERE app_id = ? AND index = ?").params(app, epoch).update();
		this.publisher.publish(new Events.EpochClosed(app, epoch));
		if (app.equals(UNSTEADY) && (epoch + 1) % BREAK_AFTER == 0) {
			activate(app, false);
			this.publisher.publish(new Events.AppDeactivated(app));
		}
	}

}
