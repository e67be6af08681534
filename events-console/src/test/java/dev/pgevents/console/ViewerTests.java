package dev.pgevents.console;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ViewerTests {

	private final Received closed = new Received(Event.of(EventTypes.EPOCH_CLOSED, "1", null), Duration.ZERO);

	private final List<String> written = new ArrayList<>();

	private long now = -Duration.ofHours(1).toNanos();

	@Test
	void pageThatTakesNothingCostsNoMoreThanItsBuffer() {
		Viewer viewer = viewer(SubscriptionFilter.all());
		for (int i = 0; i < 10_000; i++) {
			viewer.offer(this.closed);
		}
		Viewer.Batch batch = viewer.take();
		assertThat(batch.events()).hasSize(Viewer.RATE);
		assertThat(batch.events().size() + batch.skipped()).isEqualTo(10_000);
		assertThat(viewer.take().skipped()).isZero();
	}

	@Test
	void hundredEventsASecondAreAllSent() {
		Viewer viewer = viewer(SubscriptionFilter.all());
		for (int second = 0; second < 60; second++) {
			Viewer.Batch batch = second(viewer, 100);
			assertThat(batch.events()).hasSize(100);
			assertThat(batch.skipped()).isZero();
		}
	}

	@Test
	void tenThousandEventsASecondAreSampledAtAHundred() {
		Viewer viewer = viewer(SubscriptionFilter.all());
		second(viewer, 10_000);
		for (int second = 0; second < 60; second++) {
			Viewer.Batch batch = second(viewer, 10_000);
			assertThat(batch.events().size()).isBetween(99, 101);
			assertThat(batch.events().size() + batch.skipped()).isEqualTo(10_000);
		}
	}

	@Test
	void quietHourIsNoCreditForMoreThanASecond() {
		Viewer viewer = viewer(SubscriptionFilter.all());
		this.now += Duration.ofHours(1).toNanos();
		for (int i = 0; i < 2; i++) {
			viewer.offer(this.closed);
			assertThat(viewer.take().events()).hasSize(1);
		}
		assertThat(burst(viewer, 10_000).events()).hasSize(98);
	}

	@Test
	void rareEventIsNotLostAmongThoseThatThePageDoesNotWant() {
		Viewer viewer = viewer(SubscriptionFilter.types("app.*"));
		for (int i = 0; i < 10_000; i++) {
			viewer.offer(this.closed);
		}
		viewer.offer(new Received(Event.of(EventTypes.APP_REGISTERED, "1", null), Duration.ZERO));
		assertThat(viewer.take()).satisfies((batch) -> {
			assertThat(batch.events()).hasSize(1);
			assertThat(batch.skipped()).isZero();
		});
	}

	@Test
	void isWrittenToByOneAtATime() {
		Viewer viewer = viewer(SubscriptionFilter.all());
		assertThat(viewer.beginWriting()).isTrue();
		assertThat(viewer.beginWriting()).isFalse();
		viewer.endWriting();
		assertThat(viewer.beginWriting()).isTrue();
	}

	@Test
	void isGoneOnceItCannotBeWrittenTo() {
		Viewer viewer = new Viewer(SubscriptionFilter.all(), new Viewer.Outlet() {

			@Override
			public void send(String name, String data) throws IOException {
				throw new IOException("closed");
			}

			@Override
			public void close() {
			}

		});
		assertThat(viewer.write("state", "{}")).isFalse();
		assertThat(viewer.isGone()).isTrue();
		assertThat(viewer.beginWriting()).isFalse();
	}

	/** A second of the clock with as many events, at even distances, taken four times. */
	private Viewer.Batch second(Viewer viewer, int events) {
		List<Received> taken = new ArrayList<>();
		long skipped = 0;
		for (int i = 1; i <= events; i++) {
			this.now += Duration.ofSeconds(1).toNanos() / events;
			viewer.offer(this.closed);
			if (i % (events / 4) == 0) {
				Viewer.Batch batch = viewer.take();
				taken.addAll(batch.events());
				skipped += batch.skipped();
			}
		}
		return new Viewer.Batch(taken, skipped);
	}

	private Viewer.Batch burst(Viewer viewer, int events) {
		for (int i = 0; i < events; i++) {
			viewer.offer(this.closed);
		}
		return viewer.take();
	}

	private Viewer viewer(SubscriptionFilter filter) {
		return new Viewer(filter, new Viewer.Outlet() {

			@Override
			public void send(String name, String data) {
				ViewerTests.this.written.add(name);
			}

			@Override
			public void close() {
			}

		}, () -> this.now);
	}

}
