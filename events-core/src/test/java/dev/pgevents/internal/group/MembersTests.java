package dev.pgevents.internal.group;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import dev.pgevents.EventHandler;
import dev.pgevents.SubscriptionFilter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The handlers of a group, of which each event has one at most.
 */
class MembersTests {

	/** How often two threads meet, and one comes between the other's steps. */
	private static final int ROUNDS = 20;

	/** So many that it takes a while to compare them with those of another handler. */
	private static final int TYPES = 200;

	private static final EventHandler NEVER = (event) -> {
		throw new AssertionError(event);
	};

	@Test
	void ofTwoHandlersForTheSameEventsThatJoinAtOnceOneIsRefused() throws Exception {
		List<Members> rounds = new ArrayList<>();
		for (int i = 0; i < ROUNDS; i++) {
			Members members = new Members("g");
			members.add(new Member(types("other"), NEVER, 1));
			rounds.add(members);
		}
		CyclicBarrier meeting = new CyclicBarrier(2);
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			List<Integer> refused = new ArrayList<>();
			for (Future<Integer> thread : threads
				.invokeAll(List.of(joining(rounds, meeting), joining(rounds, meeting)))) {
				refused.add(thread.get());
			}
			assertThat(refused.get(0) + refused.get(1)).as("one in each round").isEqualTo(ROUNDS);
			assertThat(rounds).allSatisfy((members) -> assertThat(members.now().members()).hasSize(2));
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static SubscriptionFilter types(String prefix) {
		return SubscriptionFilter
			.types(IntStream.range(0, TYPES).mapToObj((number) -> prefix + ".t" + number).toArray(String[]::new));
	}

	private static Callable<Integer> joining(List<Members> rounds, CyclicBarrier meeting) {
		SubscriptionFilter filter = types("same");
		return () -> {
			int refused = 0;
			for (Members members : rounds) {
				meeting.await();
				try {
					members.add(new Member(filter, NEVER, 1));
				}
				catch (IllegalStateException ex) {
					refused++;
				}
			}
			return refused;
		};
	}

}
