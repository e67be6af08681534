package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SyncLoop;
import dev.pgevents.SyncTask;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that is a {@link SyncLoop}.
 *
 * @param id its id
 * @param filter which events there is something to do for
 * @param every how often to run when nothing arrives
 * @param shutdownTimeout how long closing waits for a run in hand
 * @param task what to run
 * @param failureReporting reports failures, as of the loop
 */
record SyncEndpoint(String id, SubscriptionFilter filter, Duration every, Duration shutdownTimeout, SyncTask task,
		BiConsumer<Throwable, Runnable> failureReporting) implements Endpoint {

	@Override
	public boolean autoStartup() {
		return true;
	}

	@Override
	public Running start(Subscriber subscriber, @Nullable Instant awaySince) {
		SyncLoop loop = SyncLoop.builder(subscriber, this.filter)
			.name(this.id)
			.every(this.every)
			.shutdownTimeout(this.shutdownTimeout)
			.task(this.task)
			.failureReporting(this.failureReporting)
			.start();
		return new Running() {

			@Override
			public @Nullable Subscription subscription() {
				return null;
			}

			@Override
			public boolean resync() {
				loop.trigger();
				return true;
			}

			@Override
			public CompletableFuture<Void> ready() {
				return CompletableFuture.completedFuture(null); // it works without events
			}

			@Override
			public void close() {
				loop.close();
			}

		};
	}

}
