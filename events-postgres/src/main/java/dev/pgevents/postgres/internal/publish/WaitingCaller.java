package dev.pgevents.postgres.internal.publish;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What a caller does that waits for its request: takes it back where it gives up before
 * the request is being sent, else waits for the outcome. Thread-safe.
 */
final class WaitingCaller {

	private final RequestQueue queue;

	private final BatchSender sender;

	WaitingCaller(RequestQueue queue, BatchSender sender) {
		this.queue = queue;
		this.sender = sender;
	}

	/**
	 * Waits.
	 * @param request the caller's request
	 * @throws PublishException if it was not published, or it is not known
	 */
	void await(Request request) {
		try {
			get(request);
		}
		catch (ExecutionException ex) {
			throw failure(ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw withdraw(request) ? new PublishException(Outcome.NOT_PUBLISHED, "interrupted; not published", ex)
					: new PublishException("interrupted; whether the event was published is not known", ex);
		}
	}

	private void get(Request request) throws InterruptedException, ExecutionException {
		try {
			request.done().get(Math.max(0, request.deadline() - System.nanoTime()), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			if (withdraw(request)) {
				this.sender.expire(request);
			}
			// Being sent: that has its own bound.
			request.done().get();
		}
	}

	private boolean withdraw(Request request) {
		boolean withdrawn = request.claim();
		if (withdrawn) {
			this.queue.remove(request);
		}
		return withdrawn;
	}

	private static PublishException failure(@Nullable Throwable cause) {
		if (cause instanceof PublishException original) {
			// A new one: it shows where the caller stood.
			return new PublishException(String.valueOf(original.getMessage()), original);
		}
		return new PublishException("publishing failed: " + cause + "; whether the event was published is not known",
				cause);
	}

}
