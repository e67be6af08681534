package dev.pgevents.internal.util;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class AnnouncementsTests {

	private static final int LIMIT = 20;

	private final Announcements announcements = new Announcements();

	private final List<String> made = new CopyOnWriteArrayList<>();

	@Test
	void areMadeInTheOrderInWhichTheyWereAdded() {
		this.announcements.add(() -> this.made.add("first"));
		this.announcements.add(() -> this.made.add("second"));
		this.announcements.make();
		assertThat(this.made).containsExactly("first", "second");
	}

	@Test
	void areMadeByTheThreadThatIsAtItAndWaitedForByNone() throws Exception {
		this.announcements.add(() -> {
			CompletableFuture.runAsync(() -> {
				this.announcements.add(() -> this.made.add("second"));
				this.announcements.make();
			}, OwnThread.EACH).orTimeout(LIMIT, TimeUnit.SECONDS).join();
			this.made.add("first");
		});
		this.announcements.make();
		assertThat(this.made).containsExactly("first", "second");
	}

	@Test
	void areMadeOnceTheOneIsOverFromWithinWhichTheyWereAdded() {
		this.announcements.add(() -> {
			this.announcements.add(() -> this.made.add("second"));
			this.announcements.make();
			this.made.add("first");
		});
		this.announcements.make();
		assertThat(this.made).containsExactly("first", "second");
	}

	@Test
	void areMadeThoughOneFailsWhichIsThrownInTheEnd() {
		this.announcements.add(() -> {
			throw new IllegalStateException("deliberate");
		});
		this.announcements.add(() -> this.made.add("second"));
		assertThatIllegalStateException().isThrownBy(this.announcements::make).withMessage("deliberate");
		this.announcements.add(() -> this.made.add("third"));
		this.announcements.make();
		assertThat(this.made).containsExactly("second", "third");
	}

}
