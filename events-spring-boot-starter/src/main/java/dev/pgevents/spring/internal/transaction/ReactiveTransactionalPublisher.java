package dev.pgevents.spring.internal.transaction;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.spring.PublishMode;
import dev.pgevents.spring.ReactivePublisher;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.observation.HoldingPublisher;
import reactor.core.publisher.Mono;

import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * Publishes after the reactive transaction that a {@code Mono} is subscribed to in, and
 * at once without one. Thread-safe.
 *
 * @since 0.1
 */
public final class ReactiveTransactionalPublisher implements ReactivePublisher {

	private final EventTransport transport;

	private final PublishMode mode;

	private final EventObserver observer;

	/**
	 * Publishes through a bus.
	 * @param bus where events go
	 * @param mode when events leave: not before the commit, unless it is to be at once
	 * @param observer observes each event
	 */
	public ReactiveTransactionalPublisher(EventBus bus, PublishMode mode, EventObserver observer) {
		this.transport = new EventTransport(bus, false);
		this.mode = mode;
		this.observer = observer;
	}

	@Override
	public Mono<Void> publish(Event event) {
		return publishAll(List.of(event));
	}

	@Override
	public Mono<Void> publishAll(Collection<Event> events) {
		List<Event> copy = List.copyOf(events);
		if (copy.isEmpty()) {
			return Mono.empty();
		}
		if (this.mode == PublishMode.IMMEDIATE) {
			return atOnce(copy);
		}
		return TransactionSynchronizationManager.forCurrentTransaction()
			.filter(ReactiveTransactionalPublisher::isInTransaction)
			.map((transaction) -> {
				encode(copy, ReactiveTransactionEvents.of(transaction, this.transport)::add);
				return true;
			})
			.onErrorResume(NoTransactionException.class, (ex) -> Mono.empty())
			.switchIfEmpty(atOnce(copy).thenReturn(true))
			.then();
	}

	private static boolean isInTransaction(TransactionSynchronizationManager transaction) {
		return transaction.isSynchronizationActive() && transaction.isActualTransactionActive();
	}

	private Mono<Void> atOnce(List<Event> events) {
		return Mono.fromFuture(() -> {
			CompletableFuture<Void> sent = new CompletableFuture<>();
			encode(events, (encoded) -> this.transport.sending(encoded).whenComplete((none, failure) -> {
				if (failure != null) {
					sent.completeExceptionally(failure);
				}
				else {
					sent.complete(null);
				}
			}).thenApply((none) -> true));
			return sent;
		});
	}

	private void encode(List<Event> events, Function<List<EncodedEvent>, CompletableFuture<Boolean>> then) {
		this.observer.observed(new HoldingPublisher() {

			@Override
			public void publish(Event event) {
				publishAll(List.of(event));
			}

			@Override
			public void publishAll(Collection<Event> observed) {
				publishOrHold(observed);
			}

			@Override
			public CompletableFuture<Boolean> publishOrHold(Collection<Event> observed) {
				return then.apply(ReactiveTransactionalPublisher.this.transport.encode(observed));
			}

			@Override
			public CompletableFuture<Void> publishAsync(Event event) {
				throw new UnsupportedOperationException();
			}

		}).publishAll(events);
	}

}
