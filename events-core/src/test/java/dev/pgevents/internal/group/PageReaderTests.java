package dev.pgevents.internal.group;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.Gap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What has not arrived is read, in order, and no more of it than there is room for.
 */
class PageReaderTests {

	private final Rooms rooms = new Rooms();

	private final List<Event> handled = new ArrayList<>();

	@Test
	void readsNoMoreThanTheBuffersHaveRoomFor() {
		for (int partition = 0; partition < 4; partition++) {
			this.rooms.store.owns(partition, 10);
			for (int i = 1; i <= 10; i++) {
				this.rooms.recorded(partition, i);
			}
		}
		this.rooms.join(Rooms.TYPE, 4, this.handled::add);
		this.rooms.join(Rooms.OTHER, 12, this.handled::add);
		assertThat(this.rooms.pass()).as("one of each page is in hand and waits no longer")
			.containsExactly("share 2", "read 0:0 12", "read 1:0 3", "read 2:0 1", "read 3:0 1");
		assertThat(this.rooms.told).hasSize(4);
	}

	@Test
	void readsOnWhereItHasBegunUntilNothingIsLeft() throws Exception {
		this.rooms.store.owns(0, 5);
		for (int i = 1; i <= 5; i++) {
			this.rooms.recorded(0, i);
		}
		Member member = this.rooms.join(Rooms.TYPE, 2, this.handled::add);
		List<String> reads = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			this.rooms.pass().stream().filter((call) -> call.startsWith("read")).forEach(reads::add);
			if (this.handled.size() < this.rooms.told.size()) {
				this.rooms.handle(member);
			}
		}
		assertThat(reads).containsExactly("read 0:0 2", "read 0:2 2", "read 0:4 2");
		assertThat(this.handled).isEqualTo(this.rooms.store.events);
	}

	@Test
	void whatCouldNotBeReadIsReadLater() {
		this.rooms.store.owns(0, 1);
		Event event = this.rooms.recorded(0, 1);
		this.rooms.beforeEachAnswer(() -> {
			if (this.rooms.store.calls.get(this.rooms.store.calls.size() - 1).startsWith("read")) {
				throw new SQLException("no answer");
			}
		});
		this.rooms.join(this.handled::add);
		assertThat(this.rooms.pass()).endsWith("read 0:0 100");
		this.rooms.store.owns(0, 0);
		this.rooms.beforeEachAnswer(() -> {
		});
		assertThat(this.rooms.pass()).endsWith("read 0:0 100");
		assertThat(this.rooms.told).containsExactly(event);
	}

	@Test
	void whatArrivesWhileAPageIsReadIsTakenOnce() {
		this.rooms.store.owns(0, 2);
		Event first = this.rooms.recorded(0, 1);
		Event second = this.rooms.recorded(0, 2);
		Event third = this.rooms.recorded(0, 3);
		this.rooms.beforeEachAnswer(() -> {
			if (this.rooms.store.calls.get(this.rooms.store.calls.size() - 1).startsWith("read")) {
				this.rooms.handling.arrived(first, 0);
				this.rooms.handling.arrived(third, 0);
			}
		});
		Member member = this.rooms.join(this.handled::add);
		this.rooms.pass();
		assertThat(this.rooms.told).containsExactly(first);
		for (int i = 0; i < 3; i++) {
			handle(member);
		}
		assertThat(this.handled).containsExactly(first, second, third);
	}

	@Test
	void handlersAreToldOfWhatIsKeptNoLongerBeforeWhatFollowsIt() {
		this.rooms.store.owns(0, 4);
		this.rooms.store.expired = 2;
		Event third = this.rooms.recorded(0, 3);
		this.rooms.join(this.handled::add);
		assertThat(this.rooms.pass()).containsExactly("share 1", "read 0:0 100", "move 0:0-2");
		assertThat(this.rooms.told).hasSize(2).endsWith(third);
		assertThat(this.rooms.told.get(0)).isInstanceOfSatisfying(Gap.class,
				(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.EXPIRED));
	}

	@Test
	void whatIsLostWhileAPageIsReadTakesNoRoom() {
		this.rooms.store.owns(0, 2);
		this.rooms.store.expired = 1;
		this.rooms.recorded(0, 2);
		this.rooms.recorded(0, 3);
		this.rooms.beforeEachAnswer(() -> {
			if (this.rooms.store.calls.get(this.rooms.store.calls.size() - 1).startsWith("read")) {
				this.rooms.assignment.suspend();
			}
		});
		this.rooms.join(Rooms.TYPE, 7, this.handled::add);
		assertThat(this.rooms.pass()).endsWith("read 0:0 7");
		assertThat(this.rooms.told).isEmpty();
		this.rooms.assignment.live();
		assertThat(this.rooms.pass()).endsWith("read 0:0 7");
	}

	@Test
	void nothingIsReadOfWhatOthersWaitFor() {
		this.rooms.store.owns(0, 2);
		this.rooms.recorded(0, 1);
		Member member = this.rooms.join(this.handled::add);
		this.rooms.leave(member);
		this.rooms.store.owned.replaceAll((number, owned) -> new Share.Owned(owned.cursor(), 2, true, Held.NONE));
		assertThat(this.rooms.pass()).containsExactly("share 0", "release 0:0");
	}

	private void handle(Member member) {
		try {
			this.rooms.handle(member);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
