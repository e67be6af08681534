package dev.pgevents.internal.group;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * A cursor is moved by one at a time.
 */
@Timeout(20)
class CursorMovesTests {

	private static final Duration LIMIT = Duration.ofSeconds(10);

	private final Rooms rooms = new Rooms();

	@Test
	void cursorsMoveTogetherAfterSomeEvents() throws Exception {
		this.rooms.store.owns(1, 0);
		Member member = join((event) -> {
		});
		for (int i = 1; i < Rooms.ACKNOWLEDGE_EVERY; i++) {
			this.rooms.arrives(0, i);
			this.rooms.handle(member);
		}
		assertThat(this.rooms.acknowledgements).as("after some time").isEqualTo(1);
		assertThat(this.rooms.work).isZero();
		this.rooms.arrives(1, 1);
		this.rooms.handle(member);
		assertThat(this.rooms.work).as("after some events").isEqualTo(1);
		assertThat(this.rooms.pass()).containsExactly("move 0:0-2 1:0-1");
		assertThat(this.rooms.pass()).isEmpty();
	}

	@Test
	void whatAHandlerHasTakenIsLeftOut() throws Exception {
		Rooms rooms = this.rooms;
		Member member = join((event) -> {
			if (event.position().number() == 2) {
				assertThat(Attempt.current().enlist()).isEqualTo(new Cursor(0, 0, 1));
				rooms.cursors.due();
				assertThat(rooms.pass()).isEmpty();
				Attempt.current().committed();
			}
		});
		rooms.arrives(0, 1);
		rooms.handle(member);
		rooms.arrives(0, 2);
		rooms.handle(member);
		rooms.cursors.due();
		assertThat(rooms.pass()).as("the handler's transaction has moved it").isEmpty();
		assertThat(rooms.handling.counts(0).handled()).isEqualTo(2);
	}

	@Test
	void aHandlerTakesACursorOnceTheStatementThatMovesItHasEnded() throws Exception {
		Rooms rooms = this.rooms;
		AtomicReference<Cursor> taken = new AtomicReference<>();
		Member member = join((event) -> {
			if (event.position().number() == 2) {
				taken.set(Attempt.current().enlist());
				Attempt.current().committed();
			}
		});
		rooms.arrives(0, 1);
		Event second = rooms.arrives(0, 2);
		rooms.handle(member);
		Thread handling = new Thread(() -> {
			try {
				rooms.handle(member, second);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
		rooms.beforeEachAnswer(() -> {
			handling.start();
			await().atMost(LIMIT).until(() -> handling.getState() == Thread.State.WAITING || !handling.isAlive());
		});
		rooms.cursors.due();
		assertThat(rooms.pass()).containsExactly("move 0:0-1");
		handling.join();
		assertThat(taken).hasValue(new Cursor(0, 1, 1));
	}

	@Test
	void aRefusedCursorLosesItsPartitionAndNoOther() throws Exception {
		this.rooms.store.owns(1, 0);
		Member member = join((event) -> {
		});
		this.rooms.arrives(0, 1);
		this.rooms.handle(member);
		this.rooms.arrives(1, 1);
		this.rooms.handle(member);
		this.rooms.store.foreign = Set.of(1);
		this.rooms.cursors.due();
		assertThat(this.rooms.pass()).containsExactly("move 0:0-1 1:0-1");
		assertThat(this.rooms.owned()).isEqualTo(1);
		assertThat(this.rooms.work).as("the store is asked what is ours").isPositive();
		this.rooms.store.owned.remove(1);
		this.rooms.arrives(0, 2);
		this.rooms.handle(member);
		this.rooms.cursors.due();
		assertThat(this.rooms.pass()).containsExactly("share 1", "move 0:1-2");
	}

	@Test
	void whatIsNotKnownToHaveMovedIsMovedAgain() throws Exception {
		Member member = join((event) -> {
		});
		this.rooms.arrives(0, 1);
		this.rooms.handle(member);
		this.rooms.cursors.due();
		this.rooms.beforeEachAnswer(() -> {
			throw new SQLException("no answer");
		});
		assertThat(this.rooms.pass()).containsExactly("move 0:0-1");
		assertThat(this.rooms.health.problem()).contains("no answer");
		assertThat(this.rooms.work).as("not before the backoff has ended").isZero();
		assertThat(this.rooms.later).hasSize(1);
		this.rooms.beforeEachAnswer(() -> {
		});
		assertThat(this.rooms.pass()).containsExactly("share 1", "move 0:0-1");
		assertThat(this.rooms.health.problem()).isNull();
	}

	@Test
	void whatIsToBeWrittenMovesTheCursorItself() throws Exception {
		Member member = join((event) -> {
			throw new IllegalStateException("no");
		});
		this.rooms.handling.arrived(this.rooms.recorded(Rooms.OTHER, "app0", 0, 1), 0);
		this.rooms.arrives(0, 2);
		assertThatIllegalStateException().isThrownBy(() -> this.rooms.handle(member));
		this.rooms.cursors.due();
		assertThat(this.rooms.pass()).containsExactly("hold 0:2 1");
	}

	private Member join(EventHandler handler) {
		this.rooms.store.owns(0, 0);
		Member member = this.rooms.join(handler);
		this.rooms.pass();
		return member;
	}

}
