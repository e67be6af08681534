package dev.pgevents.postgres.internal.publish;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BatchesTests {

	private static final Notification LARGE = new Notification("c", "x".repeat(400_000));

	private static final Notification SMALL = new Notification("c", "{}");

	@Test
	void statementIsBoundedInCharacters() {
		assertThat(Batches.statements(List.of(LARGE, LARGE, LARGE, SMALL, LARGE, LARGE))).extracting(List::size)
			.containsExactly(2, 3, 1);
	}

	@Test
	void statementIsBoundedInNumber() {
		assertThat(Batches.statements(Collections.nCopies(2 * Batches.MAX_COUNT + 1, SMALL))).extracting(List::size)
			.containsExactly(Batches.MAX_COUNT, Batches.MAX_COUNT, 1);
	}

	@Test
	void whatIsTooLargeByItselfGoesAlone() {
		Notification tooLarge = new Notification("c", "x".repeat(Batches.MAX_LENGTH));
		assertThat(Batches.statements(List.of(tooLarge))).hasSize(1);
		assertThat(Batches.statements(List.of(SMALL, tooLarge, SMALL))).extracting(List::size).containsExactly(1, 1, 1);
		assertThat(Batches.transactions(List.of(request(SMALL), request(tooLarge), request(SMALL))))
			.extracting(List::size)
			.containsExactly(1, 1, 1);
	}

	@Test
	void transactionIsBoundedBetweenRequests() {
		assertThat(Batches.transactions(List.of(request(LARGE, LARGE), request(LARGE), request(SMALL))))
			.extracting(List::size)
			.containsExactly(1, 2);
	}

	@Test
	void eventThatComesAgainBeginsATransaction() {
		Notification one = event();
		Notification two = event();
		assertThat(Batches.transactions(List.of(request(one), request(two), request(one), request(one, two))))
			.extracting(List::size)
			.containsExactly(2, 1, 1);
		assertThat(Batches.transactions(List.of(request(SMALL), request(SMALL)))).as("notifications of the bus")
			.hasSize(1);
	}

	@Test
	void orderIsKept() {
		List<Notification> all = IntStream.range(0, 10)
			.mapToObj((i) -> new Notification("c" + i, LARGE.payload()))
			.toList();
		assertThat(Batches.statements(all).stream().flatMap(List::stream).toList()).isEqualTo(all);
	}

	private static Notification event() {
		return new Notification("c", "{}", UUID.randomUUID());
	}

	private static Request request(Notification... notifications) {
		return new Request(Arrays.asList(notifications), Long.MAX_VALUE, true);
	}

}
