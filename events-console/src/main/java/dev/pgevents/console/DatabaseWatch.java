package dev.pgevents.console;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.EventBus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.BusMonitor;
import org.jspecify.annotations.Nullable;

/**
 * Asks the database who else listens and how its queue is: while a page is open, every
 * few seconds, on a thread that may wait for it. Thread-safe.
 */
final class DatabaseWatch {

	private static final Duration FRESH = Duration.ofSeconds(5);

	private final EventBus bus;

	private final Executor executor;

	private final Clock clock;

	private final AtomicBoolean asking = new AtomicBoolean();

	private volatile @Nullable DatabaseView latest;

	/**
	 * Nothing is asked yet.
	 * @param bus knows the database
	 * @param executor runs what waits for it
	 * @param clock measures how old an answer is
	 */
	DatabaseWatch(EventBus bus, Executor executor, Clock clock) {
		this.bus = bus;
		this.executor = executor;
		this.clock = clock;
	}

	/** The latest answer, if there is one; asks anew where it is old. */
	@Nullable DatabaseView view() {
		DatabaseView known = this.latest;
		BusMonitor monitor = this.bus.capability(BusMonitor.class).orElse(null);
		if (monitor != null && isOld(known) && this.asking.compareAndSet(false, true)) {
			this.executor.execute(() -> ask(monitor));
		}
		return known;
	}

	private boolean isOld(@Nullable DatabaseView known) {
		return known == null || known.asked().plus(FRESH).isBefore(this.clock.instant());
	}

	private void ask(BusMonitor bus) {
		try {
			this.latest = answer(bus);
		}
		finally {
			this.asking.set(false);
		}
	}

	private DatabaseView answer(BusMonitor bus) {
		Instant now = this.clock.instant();
		if (bus.status().connection().state() == ConnectionState.BACKING_OFF) {
			return new DatabaseView(now, null, List.of(), "not asked: there is no connection");
		}
		try {
			return new DatabaseView(now, bus.serverStatus(), bus.serverSessions(), null);
		}
		catch (SQLException | RuntimeException ex) {
			return new DatabaseView(now, null, List.of(), String.valueOf(ex.getMessage()));
		}
	}

}
