package dev.pgevents.internal.group;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What an event in hand goes through, stage by stage: see the table of {@link InHand}.
 */
class HandlingTests {

	private static final EventHandler NEVER = (event) -> {
		throw new AssertionError(event + " is not for this handler");
	};

	private final Rooms rooms = new Rooms();

	private final List<Event> handled = new ArrayList<>();

	@Test
	void oneEventOfAPartitionIsInHandAtATimeAndTheNextFollowsWithoutAStatement() throws Exception {
		Member member = join(0);
		Event first = this.rooms.arrives(0, 1);
		Event second = this.rooms.arrives(0, 2);
		assertThat(this.rooms.told).containsExactly(first);
		this.rooms.handle(member);
		assertThat(this.rooms.told).containsExactly(first, second);
		this.rooms.handle(member);
		assertThat(this.handled).containsExactly(first, second);
		assertThat(this.rooms.work).isZero();
		assertThat(this.rooms.acknowledgements).isEqualTo(1);
	}

	@Test
	void partitionsDoNotWaitForEachOther() {
		this.rooms.store.owns(1, 0);
		join(0);
		Event first = this.rooms.arrives(0, 1);
		Event other = this.rooms.arrives(1, 1);
		assertThat(this.rooms.told).containsExactly(first, other);
	}

	@Test
	void whatWasOfferedTwiceIsBegunOnce() throws Exception {
		Member member = join(0);
		Event event = this.rooms.arrives(0, 1);
		this.rooms.handle(member, event);
		this.rooms.handle(member, event);
		assertThat(this.handled).containsExactly(event);
	}

	@Test
	void whatRunsIsNotBegunBesideItself() throws Exception {
		Rooms rooms = this.rooms;
		List<Event> begun = new ArrayList<>();
		Member[] own = new Member[1];
		rooms.store.owns(0, 0);
		own[0] = rooms.join((event) -> {
			begun.add(event);
			rooms.handle(own[0], event);
		});
		rooms.pass();
		rooms.arrives(0, 1);
		rooms.handle(own[0]);
		assertThat(begun).hasSize(1);
	}

	@Test
	void whatWasOfferedAndNotBegunIsReadAgainAfterItsHandlerWasRemoved() throws Exception {
		Member member = join(0, NEVER);
		Event first = this.rooms.arrives(0, 1);
		this.rooms.arrives(0, 2);
		this.rooms.leave(member);
		this.rooms.handle(member, first);
		this.rooms.told.clear();
		Member next = this.rooms.join(this.handled::add);
		assertThat(this.rooms.pass()).contains("read 0:0 100");
		assertThat(this.rooms.told).containsExactly(first);
		this.rooms.handle(next);
		assertThat(this.handled).containsExactly(first);
	}

	@Test
	void whatHasBegunEndsByItselfAfterItsHandlerWasRemoved() throws Exception {
		Rooms rooms = this.rooms;
		rooms.store.owns(0, 0);
		Member[] own = new Member[1];
		own[0] = rooms.join((event) -> {
			rooms.leave(own[0]);
			assertThat(rooms.pass()).as("nothing is released meanwhile").containsExactly("share 0");
		});
		rooms.pass();
		rooms.arrives(0, 1);
		rooms.arrives(0, 2);
		rooms.handle(own[0]);
		assertThat(rooms.told).as("what follows is for other handlers").hasSize(1);
		assertThat(rooms.pass()).containsExactly("move 0:0-1", "release 0:1");
	}

	@Test
	void aFencedAttemptIsNobodysFaultAndForgetsThePartition() throws Exception {
		Member member = join(0, (event) -> {
			Attempt.current().enlist();
			Attempt.current().fenced();
			throw new IllegalStateException("so that it is rolled back");
		});
		this.rooms.arrives(0, 1);
		this.rooms.handle(member);
		assertThat(this.rooms.owned()).isZero();
		assertThat(this.rooms.handling.counts(0).failed()).isZero();
		assertThat(this.rooms.work).isPositive();
		this.rooms.store.owned.clear();
		assertThat(this.rooms.pass()).as("nothing is written, and the store says what is ours")
			.containsExactly("share 1");
	}

	@Test
	void nothingCountsThatIsDoneInALostPartition() throws Exception {
		Rooms rooms = this.rooms;
		Member member = join(0, (event) -> {
			rooms.assignment.suspend();
			assertThat(rooms.owned()).as("known until the handler has ended").isEqualTo(1);
		});
		rooms.arrives(0, 1);
		rooms.handle(member);
		assertThat(rooms.owned()).isZero();
		assertThat(rooms.handling.counts(0).handled()).isZero();
		rooms.cursors.due();
		assertThat(rooms.pass()).isEmpty();
	}

	@Test
	void whatWasOfferedAndIsLostIsNotBegun() throws Exception {
		Member member = join(0, NEVER);
		this.rooms.arrives(0, 1);
		this.rooms.assignment.suspend();
		this.rooms.handle(member);
		assertThat(this.rooms.owned()).isZero();
	}

	@Test
	void whatWasOfferedBeforeAPartitionWasLostBeginsNothingOnceItIsOursAgain() throws Exception {
		Member member = join(0);
		Event first = this.rooms.arrives(0, 1);
		this.rooms.assignment.suspend();
		this.rooms.store.owns(0, 1, 2, 1);
		this.rooms.assignment.live();
		this.rooms.pass();
		Event second = this.rooms.arrives(0, 2);
		this.rooms.handle(member, first);
		assertThat(this.handled).isEmpty();
		this.rooms.handle(member, second);
		assertThat(this.handled).containsExactly(second);
	}

	@Test
	void whatMayBeRepeatedIsRepeatedAtOnceAndDoesNotCountFor99Times() throws Exception {
		SQLException deadlock = new SQLException("deadlock", "40P01");
		Member member = join(0, (event) -> {
			throw deadlock;
		});
		Event event = this.rooms.arrives(0, 1);
		this.rooms.arrives(0, 2);
		for (int i = 0; i < 99; i++) {
			this.rooms.handle(member);
		}
		assertThat(this.rooms.told).hasSize(100).allMatch(event::equals);
		assertThat(this.rooms.work).isZero();
		assertThatThrownBy(() -> this.rooms.handle(member)).isSameAs(deadlock);
		assertThat(this.rooms.handling.counts(0).failed()).isEqualTo(1);
		assertThat(this.rooms.pass()).containsExactly("hold 0:1 1");
	}

	@Test
	void aFailedEventIsHeldAndTheNextOneFollowsOnceThatIsWritten() throws Exception {
		Member member = join(0, (event) -> {
			throw new IllegalStateException("no");
		});
		this.rooms.arrives(0, 1);
		Event next = this.rooms.recorded(Rooms.TYPE, "another app", 0, 2);
		this.rooms.handling.arrived(next, 0);
		assertThatIllegalStateException().isThrownBy(() -> this.rooms.handle(member)).withMessage("no");
		assertThat(this.rooms.told).hasSize(1);
		this.rooms.store.held = new Held(Set.of("app0"), Duration.ofHours(1));
		assertThat(this.rooms.pass()).containsExactly("hold 0:1 1");
		assertThat(this.rooms.told).endsWith(next).hasSize(2);
		this.rooms.cursors.due();
		assertThat(this.rooms.pass()).as("the cursor stands there already").isEmpty();
	}

	@Test
	void anEventQueuesBehindAHeldOneOfItsApp() {
		this.rooms.store.held = new Held(Set.of("app0"), null);
		join(0, NEVER);
		this.rooms.arrives(0, 1);
		assertThat(this.rooms.told).isEmpty();
		assertThat(this.rooms.work).isEqualTo(1);
		assertThat(this.rooms.pass()).containsExactly("hold 0:1 0");
	}

	@Test
	void aHeldEventIsTriedWhenItIsDueAndParkedAfterItsLastAttempt() throws Exception {
		Event event = this.rooms.recorded(0, 1);
		this.rooms.store.held = new Held(Set.of("app0"), Duration.ZERO);
		this.rooms.store.due.put(0, new HeldEvent(event, Rooms.ATTEMPTS - 1));
		Member member = join(0, (failing) -> {
			assertThat(Attempt.current().isHeld()).isTrue();
			assertThat(Attempt.current().number()).isEqualTo(Rooms.ATTEMPTS);
			throw new IllegalStateException("no");
		});
		assertThatIllegalStateException().isThrownBy(() -> this.rooms.handle(member));
		this.rooms.store.held = new Held(Set.of("app0"), null);
		assertThat(this.rooms.pass()).containsExactly("failed again 0:1 3 parked");
		assertThat(this.rooms.told).containsExactly(event);
	}

	@Test
	void theNextAttemptIsPlannedWhileAnotherEventIsInHand() throws Exception {
		Event event = this.rooms.recorded(Rooms.TYPE, "another app", 0, 1);
		this.rooms.store.held = new Held(Set.of("app0"), Duration.ofHours(1));
		this.rooms.store.owns(0, 0);
		this.rooms.join(NEVER);
		this.rooms.handling.arrived(event, 0);
		this.rooms.pass();
		assertThat(this.rooms.told).containsExactly(event);
		assertThat(this.rooms.later).hasSize(1);
	}

	@Test
	void whatIsDueWaitsForTheEventInHand() throws Exception {
		Event other = this.rooms.recorded(Rooms.TYPE, "another app", 0, 2);
		Event held = this.rooms.recorded(0, 1);
		Member member = join(0, this.handled::add);
		this.rooms.handling.arrived(held, 0);
		this.rooms.handling.arrived(other, 0);
		this.rooms.store.held = new Held(Set.of("app0"), Duration.ZERO);
		this.rooms.store.due.put(0, new HeldEvent(held, 1));
		this.rooms.store.owns(0, 0);
		this.rooms.assignment.look();
		assertThat(this.rooms.pass()).containsExactly("share 1");
		assertThat(this.rooms.later).as("no timer: the handler's end is what is waited for").isEmpty();
		this.rooms.handle(member);
		assertThat(this.rooms.work).isPositive();
		this.rooms.pass();
		this.rooms.handle(member, held);
		assertThat(this.handled).containsExactly(held, held);
	}

	@Test
	void noAttemptIsPlannedOfAGroupThatIsClosed() throws Exception {
		this.rooms.store.held = new Held(Set.of("app0"), Duration.ZERO);
		join(0, NEVER);
		this.rooms.assignment.close();
		assertThat(this.rooms.later).hasSize(1);
		this.rooms.later.remove(0).run();
		assertThat(this.rooms.later).isEmpty();
	}

	@Test
	void whatWasHandledAndHeldIsHeldNoLonger() throws Exception {
		Event event = this.rooms.recorded(0, 1);
		this.rooms.store.held = new Held(Set.of("app0"), Duration.ZERO);
		this.rooms.store.due.put(0, new HeldEvent(event, 1));
		Member member = join(0);
		this.rooms.handle(member);
		this.rooms.store.held = Held.NONE;
		assertThat(this.rooms.pass()).containsExactly("handled 0:1");
		this.rooms.cursors.due();
		assertThat(this.rooms.pass()).as("the cursor has passed it").isEmpty();
	}

	@Test
	void whatIsInterruptedWhileTheGroupIsClosedIsLeftToOthers() throws Exception {
		Rooms rooms = this.rooms;
		Member member = join(0, (event) -> {
			rooms.assignment.close();
			throw new InterruptedException("the bus is closed");
		});
		rooms.arrives(0, 1);
		assertThatThrownBy(() -> rooms.handle(member)).isInstanceOf(InterruptedException.class);
		assertThat(rooms.giveUp()).as("neither held nor passed").containsExactly("share 0");
	}

	@Test
	void whatIsInterruptedWhileTheGroupGoesOnHasFailed() throws Exception {
		Member member = join(0, (event) -> {
			throw new InterruptedException("by somebody else");
		});
		this.rooms.arrives(0, 1);
		assertThatThrownBy(() -> this.rooms.handle(member)).isInstanceOf(InterruptedException.class);
		assertThat(this.rooms.owned()).isEqualTo(1);
		assertThat(this.rooms.handling.counts(0).failed()).isEqualTo(1);
		assertThat(this.rooms.pass()).containsExactly("hold 0:1 1");
	}

	@Test
	void whatIsRefusedWhenItIsWrittenLosesThePartition() throws Exception {
		Member member = join(0, (event) -> {
			throw new IllegalStateException("no");
		});
		this.rooms.arrives(0, 1);
		assertThatIllegalStateException().isThrownBy(() -> this.rooms.handle(member));
		this.rooms.store.foreign = Set.of(0);
		this.rooms.pass();
		assertThat(this.rooms.owned()).isZero();
		assertThat(this.rooms.work).isPositive();
	}

	@Test
	void whatNobodyAsksForMovesTheCursorAndNothingElse() {
		join(0, NEVER);
		this.rooms.handling.arrived(this.rooms.recorded(Rooms.OTHER, "app0", 0, 1), 0);
		assertThat(this.rooms.told).isEmpty();
		this.rooms.cursors.due();
		assertThat(this.rooms.pass()).containsExactly("move 0:0-1");
	}

	private Member join(int partition) {
		return join(partition, this.handled::add);
	}

	/** Joins, and has the group at the beginning of a partition. */
	private Member join(int partition, EventHandler handler) {
		this.rooms.store.owns(partition, 0);
		Member member = this.rooms.join(handler);
		this.rooms.pass();
		this.rooms.work = 0;
		return member;
	}

}
