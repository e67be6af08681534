package dev.pgevents.sample;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reads a simulated chain: each block registers an application that is missing, takes it
 * back into service, or has an input for it, the end of an epoch, or the begin of the
 * next.
 */
@Service
@ConditionalOnService(NodeService.EVMREADER)
class EvmReader {

	private static final Map<String, Consensus> ON_CHAIN = new TreeMap<>(
			Map.of("1", Consensus.AUTHORITY, "2", Consensus.PRT, "3", Consensus.AUTHORITY, "4", Consensus.PRT));

	/** The application that takes a break of one block after every so manieth epoch. */
	private static final String UNSTEADY = "3";

	private static final long BREAK_AFTER = 5;

	/** The application whose machine breaks, in the epoch after so many. */
	private static final String BROKEN = "4";

	private static final long BREAKS_AFTER = 3;

	private final Chain chain;

	private final Applications applications;

	private final DomainEventPublisher publisher;

	private final TransactionTemplate transaction;

	private final NodeProperties properties;

	EvmReader(Chain chain, Applications applications, DomainEventPublisher publisher, TransactionTemplate transaction,
			NodeProperties properties) {
		this.chain = chain;
		this.applications = applications;
		this.publisher = publisher;
		this.transaction = transaction;
		this.properties = properties;
	}

	@Scheduled(fixedDelayString = "${node.block-time:250ms}")
	void readBlock() {
		ON_CHAIN
			.forEach((app, consensus) -> this.transaction.executeWithoutResult((status) -> readBlock(app, consensus)));
	}

	private void readBlock(String app, Consensus consensus) {
		this.chain.lock();
		if (this.applications.register(app, consensus)) {
			this.publisher.publish(new Events.AppRegistered(app));
		}
		else if (this.applications.setActive(app, true)) {
			this.publisher.publish(new Events.AppReactivated(app));
		}
		else if (!this.applications.isInoperable(app)) {
			readEpoch(app);
		}
	}

	private void readEpoch(String app) {
		Optional<Long> epoch = this.chain.openEpoch(app);
		if (epoch.isEmpty()) {
			this.publisher.publish(new Events.EpochOpened(app, this.chain.open(app)));
		}
		else if (this.chain.inputs(app, epoch.get()) < this.properties.inputsPerEpoch()) {
			long input = this.chain.receive(app, epoch.get());
			this.publisher.publish(new Events.InputReceived(app, epoch.get(), input));
		}
		else {
			close(app, epoch.get());
		}
	}

	private void close(String app, long epoch) {
		this.chain.close(app, epoch);
		this.publisher.publish(new Events.EpochClosed(app, epoch));
		if (app.equals(UNSTEADY) && (epoch + 1) % BREAK_AFTER == 0) {
			this.applications.setActive(app, false);
			this.publisher.publish(new Events.AppDeactivated(app));
		}
		if (app.equals(BROKEN) && epoch + 1 == BREAKS_AFTER && this.applications.fail(app)) {
			this.publisher.publish(new Events.AppInoperable(app));
		}
	}

}
