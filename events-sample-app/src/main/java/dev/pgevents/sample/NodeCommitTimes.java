package dev.pgevents.sample;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.console.CommitTimes;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Notes which events a transaction has published, and when it begins to commit, which is
 * when the server may deliver them. Bounded and thread-safe.
 */
@Component
class NodeCommitTimes implements CommitTimes, TransactionExecutionListener, BeanPostProcessor {

	private static final int KEPT = 20_000;

	private final ThreadLocal<List<UUID>> published = ThreadLocal.withInitial(ArrayList::new);

	private final Map<UUID, Instant> times = new LinkedHashMap<>() {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<UUID, Instant> eldest) {
			return size() > KEPT;
		}

	};

	@Override
	public @Nullable Instant committed(Event event) {
		synchronized (this.times) {
			return this.times.get(event.id());
		}
	}

	@Override
	public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
		this.published.remove();
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		Instant now = Instant.now();
		synchronized (this.times) {
			this.published.get().forEach((id) -> this.times.put(id, now));
		}
		this.published.remove();
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		return (bean instanceof Publisher publisher && name.equals("domainPublisher")) ? new Noting(publisher) : bean;
	}

	private final class Noting implements Publisher {

		private final Publisher publisher;

		Noting(Publisher publisher) {
			this.publisher = publisher;
		}

		@Override
		public void publish(Event event) {
			NodeCommitTimes.this.published.get().add(event.id());
			this.publisher.publish(event);
		}

		@Override
		public void publishAll(Collection<Event> events) {
			events.forEach((event) -> NodeCommitTimes.this.published.get().add(event.id()));
			this.publisher.publishAll(events);
		}

		@Override
		public CompletableFuture<Void> publishAsync(Event event) {
			return this.publisher.publishAsync(event);
		}

	}

}
