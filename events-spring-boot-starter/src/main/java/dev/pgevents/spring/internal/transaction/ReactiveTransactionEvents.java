package dev.pgevents.spring.internal.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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

	private final List<HeldEvents> events = new ArrayList<>();

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

	CompletableFuture<Boolean> add(List<EncodedEvent> events) {
		HeldEvents held = new HeldEvents(events);
		if (this.committed) {
			send(List.of(held));
		}
		else {
			this.events.add(held);
		}
		return held.published();
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
				return;
			}
			if (status == STATUS_UNKNOWN) {
				logger.warn("{} events were not published: whether their transaction has committed is not known",
						HeldEvents.count(this.events));
			}
			this.events.forEach((held) -> held.end(false));
		});
	}

	private void committed() {
		if (!this.committed) {
			this.committed = true;
			send(List.copyOf(this.events));
		}
	}

	private void send(List<HeldEvents> leaving) {
		this.transport.sendSoon(HeldEvents.all(leaving))
			.whenComplete((none, failure) -> leaving.forEach((held) -> held.end(failure)));
	}

}
