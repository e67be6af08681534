package dev.pgevents.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.EventBus;
import dev.pgevents.EventLog;
import dev.pgevents.GroupStatus;
import dev.pgevents.ParkedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Asks the event log how its groups stand: while a page is open, every few seconds, on a
 * thread that may wait for it. Thread-safe.
 */
final class GroupsWatch {

	private static final Duration FRESH = Duration.ofSeconds(5);

	/** Parked events of a group that are shown. */
	private static final int SHOWN = 20;

	private final EventBus bus;

	private final Executor executor;

	private final boolean showErrors;

	private final Clock clock;

	private final AtomicBoolean asking = new AtomicBoolean();

	private volatile @Nullable GroupsView latest;

	/**
	 * Nothing is asked yet.
	 * @param bus has a log, or none
	 * @param executor runs what waits for it
	 * @param showErrors whether to show what handlers threw, which may show what an event
	 * carries
	 * @param clock measures how old an answer is
	 */
	GroupsWatch(EventBus bus, Executor executor, boolean showErrors, Clock clock) {
		this.bus = bus;
		this.executor = executor;
		this.showErrors = showErrors;
		this.clock = clock;
	}

	/** The latest answer, if there is one; asks anew where it is old. */
	@Nullable GroupsView view() {
		GroupsView known = this.latest;
		EventLog log = this.bus.capability(EventLog.class).orElse(null);
		boolean old = known == null || known.asked().plus(FRESH).isBefore(this.clock.instant());
		if (log != null && old && this.asking.compareAndSet(false, true)) {
			this.executor.execute(() -> ask(log));
		}
		return known;
	}

	private void ask(EventLog log) {
		Instant now = this.clock.instant();
		try {
			this.latest = new GroupsView(now, log.groups().stream().map((group) -> group(log, group)).toList(), null);
		}
		catch (RuntimeException ex) {
			this.latest = new GroupsView(now, List.of(), String.valueOf(ex.getMessage()));
		}
		finally {
			this.asking.set(false);
		}
	}

	private GroupsView.Group group(EventLog log, GroupStatus group) {
		Map<String, Integer> owners = new TreeMap<>();
		for (GroupStatus.Partition partition : group.partitions()) {
			String owner = partition.owner();
			if (owner != null) {
				owners.merge(owner, 1, Integer::sum);
			}
		}
		List<GroupsView.Parked> parked = (group.parked() > 0)
				? log.parked(group.name()).stream().limit(SHOWN).map(this::parked).toList() : List.of();
		return new GroupsView.Group(group.name(), new TreeSet<>(group.types()), group.lag(), group.held(),
				group.parked(), group.partitions().size(), owners, parked);
	}

	private GroupsView.Parked parked(ParkedEvent parked) {
		return new GroupsView.Parked(parked.event().id().toString(), parked.event().type().value(),
				parked.event().appId(), parked.attempts(), parked.heldSince(), this.showErrors ? parked.error() : null);
	}

}
