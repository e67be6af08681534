package dev.pgevents.spring.internal.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import dev.pgevents.EventBus;
import dev.pgevents.EventLog;
import dev.pgevents.GroupStatus;
import dev.pgevents.internal.group.GroupCounts;
import dev.pgevents.internal.group.GroupMonitor;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Meters of each group that this process has joined, tagged with its name. What the whole
 * group has before it is asked of the event log when a meter is read, on a thread of its
 * own and every few seconds at most: who looks gets the answer before. Those meters
 * appear with the first answer that has the group; they are not a number where the log
 * did not answer last. Thread-safe.
 *
 * @since 0.1
 */
public final class GroupMeters implements MeterBinder {

	private static final Logger logger = LoggerFactory.getLogger(GroupMeters.class);

	private static final long FRESH = Duration.ofSeconds(5).toNanos();

	private final Supplier<@Nullable EventBus> bus;

	private final ReentrantLock lock = new ReentrantLock();

	private final List<MeterRegistry> registries = new ArrayList<>();

	private final Set<String> groups = new TreeSet<>();

	/** Those among them that the event log has told of. */
	private final Set<String> told = new TreeSet<>();

	private final AtomicBoolean asking = new AtomicBoolean();

	private volatile Answer answer = new Answer(Map.of(), System.nanoTime() - FRESH);

	/**
	 * Measures a bus.
	 * @param bus gives the bus, once there is one
	 */
	public GroupMeters(Supplier<@Nullable EventBus> bus) {
		this.bus = bus;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.lock.lock();
		try {
			this.registries.add(registry);
			this.groups.forEach((group) -> register(registry, group));
			this.told.forEach((group) -> registerStatus(registry, group));
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Finds groups that have been joined meanwhile. */
	void refresh() {
		GroupMonitor monitor = monitor();
		if (monitor == null) {
			return;
		}
		this.lock.lock();
		try {
			for (GroupCounts one : monitor.counts()) {
				if (this.groups.add(one.group())) {
					this.registries.forEach((registry) -> register(registry, one.group()));
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable GroupMonitor monitor() {
		EventBus known = this.bus.get();
		return (known != null) ? known.capability(GroupMonitor.class).orElse(null) : null;
	}

	/** Shows how groups stand from now on. */
	private void tell(Map<String, GroupStatus> answered) {
		this.lock.lock();
		try {
			for (String group : this.groups) {
				if (answered.containsKey(group) && this.told.add(group)) {
					this.registries.forEach((registry) -> registerStatus(registry, group));
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void registerStatus(MeterRegistry registry, String group) {
		gauge(registry, group, "lag", "Positions of the log that lie before the group, in all instances",
				() -> status(group, GroupStatus::lag));
		gauge(registry, group, "held", "Events of the group that wait for another attempt, or behind one that does",
				() -> status(group, GroupStatus::held));
		gauge(registry, group, "parked", "Events of the group that have failed for good",
				() -> status(group, GroupStatus::parked));
	}

	private void register(MeterRegistry registry, String group) {
		gauge(registry, group, "owned", "Partitions that this instance handles for the group",
				() -> count(group, GroupCounts::owned));
		counter(registry, group, "handled", "Events that this instance has handled for the group",
				GroupCounts::handled);
		counter(registry, group, "failed", "Attempts of this instance that have failed", GroupCounts::failed);
		counter(registry, group, "unrecorded", "Events that the group wants and that no publisher has recorded",
				GroupCounts::unrecorded);
	}

	private static void gauge(MeterRegistry registry, String group, String what, String description,
			Supplier<Number> value) {
		Gauge.builder("events.group." + what, value).description(description).tag("group", group).register(registry);
	}

	private void counter(MeterRegistry registry, String group, String what, String description,
			ToLongFunction<GroupCounts> value) {
		FunctionCounter.builder("events.group." + what, this, (meters) -> meters.count(group, value))
			.description(description)
			.tag("group", group)
			.register(registry);
	}

	private long count(String group, ToLongFunction<GroupCounts> value) {
		askIfOld();
		GroupMonitor monitor = monitor();
		return (monitor == null) ? 0
				: monitor.counts().stream().filter((one) -> one.group().equals(group)).mapToLong(value).sum();
	}

	/** The last answer of the log; not a number where it did not answer. */
	private double status(String group, ToDoubleFunction<GroupStatus> value) {
		askIfOld();
		GroupStatus status = this.answer.groups.get(group);
		return (status != null) ? value.applyAsDouble(status) : Double.NaN;
	}

	private void askIfOld() {
		if (System.nanoTime() - this.answer.at >= FRESH && this.asking.compareAndSet(false, true)) {
			Thread thread = new Thread(this::ask, "events-group-meters");
			thread.setDaemon(true);
			thread.start();
		}
	}

	private void ask() {
		Map<String, GroupStatus> groups = Map.of();
		try {
			EventBus known = this.bus.get();
			EventLog log = (known != null) ? known.capability(EventLog.class).orElse(null) : null;
			if (log != null) {
				groups = log.groups().stream().collect(Collectors.toMap(GroupStatus::name, (group) -> group));
			}
		}
		catch (RuntimeException ex) {
			logger.debug("the event log did not say how its groups are", ex);
		}
		finally {
			this.answer = new Answer(groups, System.nanoTime());
			this.asking.set(false);
		}
		tell(groups);
	}

	private record Answer(Map<String, GroupStatus> groups, long at) {

	}

}
