package dev.pgevents.postgres.internal.publish;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Interleavings;
import org.junit.jupiter.api.Test;

/**
 * The queue before the publishing connection, with callers that serve, wait for room,
 * withdraw and close in every order: nothing accepted is forgotten or sent twice, and the
 * queue is never left without a server.
 */
class RequestQueueInterleavingTests {

	private static final Notification SOME = new Notification("channel", "{}");

	@Test
	void eachRequestIsSentOnceAndTheQueueIsLeftUnserved() {
		Interleavings.explore((threads) -> {
			RequestQueue queue = new RequestQueue(10, 10);
			AtomicInteger sent = new AtomicInteger();
			threads.start(() -> publish(queue, request(), sent, threads));
			threads.start(() -> publish(queue, request(), sent, threads));
			threads.join();
			check(sent.get() == 2 && queue.size() == 0 && queue.add(request()), queue);
		});
	}

	@Test
	void whoWaitsForRoomIsWoken() {
		Interleavings.explore((threads) -> {
			RequestQueue queue = new RequestQueue(1, 1);
			AtomicInteger sent = new AtomicInteger();
			queue.add(request());
			threads.start(() -> serve(queue, sent));
			threads.start(() -> publish(queue, request(), sent, threads));
			threads.start(() -> publish(queue, request(), sent, threads));
			threads.join();
			check(sent.get() == 3 && queue.size() == 0, queue);
		});
	}

	@Test
	void withdrawnRequestIsNotSentAndASentOneIsNotWithdrawn() {
		Interleavings.explore((threads) -> {
			RequestQueue queue = new RequestQueue(10, 1);
			AtomicInteger sent = new AtomicInteger();
			AtomicBoolean withdrawn = new AtomicBoolean();
			queue.add(request());
			Request second = request();
			queue.add(second);
			threads.start(() -> serve(queue, sent));
			threads.start(() -> {
				if (second.claim()) {
					withdrawn.set(true);
					queue.remove(second);
				}
			});
			threads.join();
			check(sent.get() == (withdrawn.get() ? 1 : 2) && queue.size() == 0, queue);
		});
	}

	@Test
	void closeWaitsForWhatWasAcceptedAndNothingIsAcceptedAfterIt() {
		Interleavings.explore((threads) -> {
			RequestQueue queue = new RequestQueue(10, 10);
			AtomicInteger sent = new AtomicInteger();
			AtomicInteger accepted = new AtomicInteger();
			AtomicInteger sentAtClose = new AtomicInteger();
			threads.start(() -> {
				try {
					boolean mine = queue.add(request());
					accepted.incrementAndGet();
					if (mine) {
						serve(queue, sent);
					}
				}
				catch (IllegalStateException ex) {
					// Closed before.
				}
			});
			threads.start(() -> {
				queue.close(Long.MAX_VALUE / 2);
				sentAtClose.set(sent.get());
			});
			threads.join();
			check(sentAtClose.get() == accepted.get() && queue.abandon().isEmpty(), queue);
		});
	}

	/** What a caller does that finds the queue unserved, then another thread. */
	private static void publish(RequestQueue queue, Request request, AtomicInteger sent, Interleavings threads) {
		if (queue.add(request)) {
			send(queue.first(), sent);
			if (!queue.releaseIfEmpty()) {
				threads.start(() -> serve(queue, sent));
			}
		}
	}

	private static void serve(RequestQueue queue, AtomicInteger sent) {
		do {
			send(queue.nextBatch(), sent);
		}
		while (!queue.releaseIfEmpty());
	}

	private static void send(List<Request> batch, AtomicInteger sent) {
		for (Request request : batch) {
			if (request.claim()) {
				request.settle(null);
				sent.incrementAndGet();
			}
			else if (request.done().isDone()) {
				throw new AssertionError("sent twice");
			}
		}
	}

	private static Request request() {
		return new Request(Collections.singletonList(SOME), Long.MAX_VALUE / 2, true);
	}

	private static void check(boolean holds, RequestQueue queue) {
		if (!holds) {
			throw new AssertionError("queued: " + queue.size());
		}
	}

}
