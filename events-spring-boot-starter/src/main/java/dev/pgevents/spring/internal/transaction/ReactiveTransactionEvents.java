package dev.pgevents.spring.internal.transaction;

import java.util.ArrayList;
import java.util.List;

import dev.pgevents.EncodedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * What is published in one reactive transaction, until that has committed. For one thread
 * at a time, as transactions are.
 */
final class ReactiveTransactionEvents implements TransactionSynchronization, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(ReactiveTransactionEvents.class);

	private final EventTransport transport;

	private final List<EncodedEvent> events = new ArrayList<>();

	private boolean committed;

	private ReactiveTransactionEvents(EventTransport transport) {
		this.transport = transport;
	}

	/** The events of a transaction, which are followed from now on. */
	static ReactiveTransactionEvents of(TransactionSynchronizationManager transaction, EventTransport transport) {
		for (TransactionSynchronization each : transaction.getSynchronizations()) {
			if (each instanceof ReactiveTransactionEvents events && events.transport == transport) {
				return events;
			}
		}
		ReactiveTransactionEvents events = new ReactiveTransactionEvents(transport);
		transaction.registerSynchronization(events);
		return events;
	}

	void add(List<EncodedEvent> events) {
		if (this.committed) {
			this.transport.sendSoon(events);
		}
		else {
			this.events.addAll(events);
		}
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> afterCommit() {
		return Mono.fromRunnable(this::committed);
	}

	/** What was added too late for a call of {@link #afterCommit()} must not be lost. */
	@Override
	public Mono<Void> afterCompletion(int status) {
		return Mono.fromRunnable(() -> {
			if (status == STATUS_COMMITTED) {
				committed();
			}
			else if (status == STATUS_UNKNOWN) {
				logger.warn("{} events were not published: whether their transaction has committed is not known",
						this.events.size());
			}
		});
	}

	private void committed() {
		if (!this.committed) {
			this.committed = true;
			this.transport.sendSoon(List.copyOf(this.events));
		}
	}

}
