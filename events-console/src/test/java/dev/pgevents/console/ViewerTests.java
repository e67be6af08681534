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

	private Viewer viewer(SubscriptionFilter filter) {
		return new Viewer(filter, new Viewer.Outlet() {

			@Override
			public void send(String name, String data) {
				ViewerTests.this.written.add(name);
			}

			@Override
			public void close() {
			}

		});
	}

}
