package dev.pgevents.internal.group;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pgevents.Event;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which partitions are ours, and when they are no more.
 */
class StoreTaskTests {

	private final Rooms rooms = new Rooms();

	private final List<Event> handled = new ArrayList<>();

	@Test
	void nothingIsAskedOfTheStoreWhileNothingArrives() {
		this.rooms.store.owns(0, 0);
		this.rooms.join(this.handled::add);
		this.rooms.assignment.suspend();
		this.rooms.assignment.look();
		assertThat(this.rooms.pass()).isEmpty();
		this.rooms.assignment.live();
		assertThat(this.rooms.pass()).containsExactly("share 1");
		assertThat(this.rooms.owned()).isEqualTo(1);
	}

	@Test
	void logsHowManyPartitionsAreOursWhereThatChanges() {
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		Logger logger = (Logger) LoggerFactory.getLogger(GroupHealth.class);
		logger.addAppender(lines);
		logger.setLevel(Level.INFO);
		lines.start();
		try {
			this.rooms.store.owns(0, 0);
			this.rooms.store.owns(1, 0);
			this.rooms.join(this.handled::add);
			this.rooms.pass();
			this.rooms.assignment.look();
			this.rooms.pass();
			assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage)
				.containsExactly("test: group g owns 2 partitions here, 0 before");
		}
		finally {
			logger.setLevel(null);
			logger.detachAppender(lines);
		}
	}

	@Test
	void whatOthersShouldHandleIsReadWhereItBecomesOurs() {
		this.rooms.join(this.handled::add);
		this.rooms.pass();
		Event event = this.rooms.arrives(0, 1);
		assertThat(this.rooms.looks).as("its owner may be gone").isEqualTo(1);
		this.rooms.store.owns(0, 0);
		this.rooms.assignment.look();
		assertThat(this.rooms.pass()).containsExactly("share 1", "read 0:0 100");
		assertThat(this.rooms.told).containsExactly(event);
	}

	@Test
	void whatHappenedBeforeSuspendingIsNotBelievedAfterIt() {
		this.rooms.store.owns(0, 0);
		this.rooms.beforeEachAnswer(this.rooms.assignment::suspend);
		this.rooms.join(this.handled::add);
		assertThat(this.rooms.pass()).containsExactly("share 1");
		assertThat(this.rooms.owned()).isZero();
	}

	@Test
	void nothingIsBegunForHandlersThatHaveComeWhileTheStoreWasAsked() {
		this.rooms.store.owns(0, 1);
		Event event = this.rooms.recorded(Rooms.OTHER, "app0", 0, 1);
		boolean[] joined = new boolean[1];
		this.rooms.join(this.handled::add);
		this.rooms.beforeEachAnswer(() -> {
			if (!joined[0]) {
				joined[0] = true;
				this.rooms.join(Rooms.OTHER, 100, this.handled::add);
			}
		});
		assertThat(this.rooms.pass()).as("released: it was not assigned for these handlers")
			.containsExactly("share 1", "release 0:0");
		this.rooms.store.owns(0, 1);
		assertThat(this.rooms.pass()).containsExactly("share 2", "read 0:0 100");
		assertThat(this.rooms.told).containsExactly(event);
	}

	@Test
	void aPartitionOfAnotherEpochIsAnotherOne() throws Exception {
		this.rooms.store.owns(0, 0);
		Member member = this.rooms.join(this.handled::add);
		this.rooms.pass();
		Event first = this.rooms.arrives(0, 1);
		this.rooms.handle(member);
		this.rooms.told.clear();
		this.rooms.store.owns(0, 0, 2, 1);
		this.rooms.assignment.look();
		assertThat(this.rooms.pass()).containsExactly("share 1", "read 0:0 100");
		assertThat(this.rooms.told).as("rewound").containsExactly(first);
	}

	@Test
	void afterAGapCursorsAreWrittenAndWhatIsKnownIsForgotten() throws Exception {
		this.rooms.store.owns(0, 0);
		Member member = this.rooms.join(this.handled::add);
		this.rooms.pass();
		this.rooms.arrives(0, 1);
		this.rooms.handle(member);
		this.rooms.arrives(0, 2);
		this.rooms.assignment.gap();
		this.rooms.store.owns(0, 1, 1, 2);
		assertThat(this.rooms.pass()).containsExactly("move 0:0-1", "share 1", "read 0:1 100");
	}

	@Test
	void aReloadThatFailsIsDoneAgainAfterTheBackoffAndDoesNotEndASuspension() throws Exception {
		this.rooms.store.owns(0, 0);
		Member member = this.rooms.join(this.handled::add);
		this.rooms.pass();
		this.rooms.arrives(0, 1);
		this.rooms.handle(member);
		this.rooms.assignment.gap();
		this.rooms.beforeEachAnswer(() -> {
			throw new SQLException("no answer");
		});
		assertThat(this.rooms.pass()).containsExactly("move 0:0-1");
		assertThat(this.rooms.work).isZero();
		assertThat(this.rooms.later).hasSize(1);
		this.rooms.beforeEachAnswer(() -> {
			this.rooms.assignment.suspend();
			throw new SQLException("no answer");
		});
		assertThat(this.rooms.pass()).containsExactly("move 0:0-1");
		assertThat(this.rooms.pass()).as("suspended").isEmpty();
		this.rooms.beforeEachAnswer(() -> {
		});
		this.rooms.assignment.live();
		assertThat(this.rooms.pass()).containsExactly("share 1");
	}

	@Test
	void whatOthersWaitForIsReleasedOnceItsHandlerHasEndedAndItsCursorStandsWhereItShould() throws Exception {
		this.rooms.store.owns(0, 0);
		Member member = this.rooms.join(this.handled::add);
		this.rooms.pass();
		this.rooms.arrives(0, 1);
		this.rooms.arrives(0, 2);
		this.rooms.store.owned.replaceAll((number, owned) -> new Share.Owned(owned.cursor(), 2, true, Held.NONE));
		this.rooms.assignment.look();
		assertThat(this.rooms.pass()).containsExactly("share 1");
		this.rooms.handle(member);
		assertThat(this.handled).hasSize(1);
		assertThat(this.rooms.work).isPositive();
		assertThat(this.rooms.pass()).containsExactly("move 0:0-1", "release 0:1");
		assertThat(this.rooms.owned()).isZero();
	}

	@Test
	void aGroupThatIsGivenUpMovesItsCursorsAndTakesNoPart() throws Exception {
		this.rooms.store.owns(0, 0);
		Member member = this.rooms.join(this.handled::add);
		this.rooms.pass();
		this.rooms.arrives(0, 1);
		this.rooms.arrives(0, 2);
		this.rooms.handle(member);
		// The second one was offered and is not begun any more.
		this.rooms.leave(member);
		assertThat(this.rooms.giveUp()).containsExactly("move 0:0-1", "release 0:1", "share 0");
	}

}
