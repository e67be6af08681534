package dev.pgevents.console;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.Subscription;
import dev.pgevents.internal.util.Threads;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.BusMonitor;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.SyncRun;
import dev.pgevents.spring.SyncRunListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Records what the page shows, and writes it to the pages that are open: events four
 * times a second, all else once. Everything it keeps is bounded, and no page is waited
 * for: one that does not take what it is sent gets less. Thread-safe.
 */
final class EventsConsole implements SmartLifecycle, SyncRunListener {

	/** More pages than that are turned away. */
	static final int MAX_PAGES = 50;

	private static final Logger logger = LoggerFactory.getLogger(EventsConsole.class);

	private static final int TICKS = 4;

	private static final int TICK_MILLIS = 1000 / TICKS;

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final PayloadCodec codec = new JacksonPayloadCodec();

	private final List<Viewer> viewers = new CopyOnWriteArrayList<>();

	private final GapLog gaps = new GapLog();

	private final SyncLog syncs = new SyncLog();

	private final EventBus bus;

	private final @Nullable DomainEventListenerContainer container;

	private final List<ConsolePanel> panels;

	private final EventsConsoleProperties properties;

	private final @Nullable String application;

	private final Clock clock;

	private final EventMonitor monitor;

	private final ExecutorService writers = Executors.newCachedThreadPool(EventsConsole::thread);

	private final DatabaseWatch database;

	private final GroupsWatch groups;

	private @Nullable ScheduledExecutorService timer;

	private volatile boolean running;

	private int ticks;

	private long lastSecond;

	/**
	 * Not started.
	 * @param bus what is watched
	 * @param container whose methods can be stopped, if there is one
	 * @param panels what is shown besides
	 * @param commitTimes from when latency counts, where that is known
	 * @param properties the console's
	 * @param application the application's name, or null
	 * @param clock the clock
	 */
	EventsConsole(EventBus bus, @Nullable DomainEventListenerContainer container, List<ConsolePanel> panels,
			CommitTimes commitTimes, EventsConsoleProperties properties, @Nullable String application, Clock clock) {
		this.bus = bus;
		this.container = container;
		this.panels = panels;
		this.properties = properties;
		this.application = application;
		this.clock = clock;
		this.monitor = new EventMonitor(bus, this::offer, this.gaps, commitTimes, clock);
		this.database = new DatabaseWatch(bus, this.writers, clock);
		this.groups = new GroupsWatch(bus, this.writers, properties.showPayloads(), clock);
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "events-console");
		thread.setDaemon(true);
		return thread;
	}

	@Override
	public synchronized void start() {
		if (this.running) {
			return;
		}
		this.running = true;
		this.lastSecond = this.clock.instant().getEpochSecond();
		this.monitor.subscribe();
		ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(EventsConsole::thread);
		timer.scheduleWithFixedDelay(() -> tick(timer), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
		this.timer = timer;
	}

	/**
	 * Ends the answers to open pages: a web server that is shut down gracefully would
	 * wait for them. This phase ends before that of the web server.
	 */
	@Override
	public synchronized void stop() {
		this.running = false;
		if (this.timer != null) {
			this.timer.shutdownNow();
			this.timer = null;
		}
		this.viewers.forEach(Viewer::close);
		this.viewers.clear();
		this.monitor.unsubscribe();
	}

	/** Has threads of its own only. */
	void close() {
		stop();
		this.writers.shutdownNow();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void onRun(SyncRun run) {
		this.syncs.ran(run);
		this.gaps.ran(run);
	}

	private void offer(Received received) {
		for (Viewer viewer : this.viewers) {
			viewer.offer(received);
		}
	}

	/** Whether there is room for one more page. */
	boolean hasRoom() {
		return this.running && this.viewers.size() < MAX_PAGES;
	}

	/** Opens a page: it is sent what has been, then what happens. */
	void open(Viewer viewer) {
		viewer.beginWriting(); // before a tick can see the page: the first it gets is the
								// past
		this.viewers.add(viewer); // before it is answered: the next to come is counted
									// against it
		execute(viewer, () -> viewer.write("state", state(0)));
		if (!this.running) {
			close(viewer);
		}
	}

	private void close(Viewer viewer) {
		this.viewers.remove(viewer);
		viewer.close();
	}

	private void tick(ScheduledExecutorService timer) {
		try {
			this.viewers.removeIf(Viewer::isGone);
			this.ticks = (this.ticks + 1) % TICKS;
			String state = (this.ticks == 0) ? eachSecond() : null;
			writeToAll(timer, state);
		}
		catch (RuntimeException | Error ex) {
			logger.debug("the console is late by a tick", ex);
		}
	}

	/**
	 * One after the other until the next tick: many pages at once would take the
	 * processors from handlers.
	 */
	private void writeToAll(ScheduledExecutorService timer, @Nullable String state) {
		List<Viewer> pages = List.copyOf(this.viewers);
		for (int i = 0; i < pages.size(); i++) {
			Viewer viewer = pages.get(i);
			timer.schedule(() -> write(viewer, () -> writeTo(viewer, state)), (long) i * TICK_MILLIS / pages.size(),
					TimeUnit.MILLISECONDS);
		}
	}

	/** Written once, for all pages. */
	private @Nullable String eachSecond() {
		this.gaps.look(applicationSubscriptions(), this.clock.instant(), SECOND);
		this.monitor.listeningSince();
		long after = this.lastSecond;
		this.lastSecond = this.clock.instant().getEpochSecond() - 1;
		return this.viewers.isEmpty() ? null : state(after);
	}

	private Collection<Subscription> applicationSubscriptions() {
		return this.bus.subscriptions()
			.stream()
			.filter((subscription) -> !subscription.name().equals(EventMonitor.NAME))
			.toList();
	}

	private void write(Viewer viewer, Runnable writing) {
		if (viewer.beginWriting()) {
			execute(viewer, writing);
		}
	}

	private void execute(Viewer viewer, Runnable writing) {
		boolean executed = Threads.tryToExecute(this.writers, () -> {
			try {
				writing.run();
			}
			finally {
				viewer.endWriting();
			}
		});
		if (!executed) {
			viewer.endWriting(); // no thread: the next tick tries again
		}
	}

	private void writeTo(Viewer viewer, @Nullable String state) {
		if (state != null) {
			viewer.write("state", state);
		}
		Viewer.Batch batch = viewer.take();
		if (!batch.events().isEmpty() || batch.skipped() > 0) {
			viewer.write("events",
					Json.write(new FeedBatch(batch.events().stream().map(this::shown).toList(), batch.skipped())));
		}
	}

	private FeedEvent shown(Received received) {
		return FeedEvent.of(received, channel(received.event()),
				this.properties.showPayloads() ? payload(received.event()) : null);
	}

	private @Nullable String channel(Event event) {
		try {
			return this.bus.capability(BusMonitor.class).map((monitor) -> monitor.channelOf(event)).orElse(null);
		}
		catch (IllegalArgumentException ex) {
			return null; // received on a channel of another strategy
		}
	}

	private @Nullable String payload(Event event) {
		try {
			return event.payload().toJson(this.codec);
		}
		catch (PayloadConversionException ex) {
			return null; // only in memory: what was received is JSON
		}
	}

	/** What the page shows now, as JSON. */
	String state(long secondsAfter) {
		return Json.write(new ConsoleState(this.clock.instant(), this.application, this.properties.operations(),
				this.properties.showPayloads(), this.viewers.size(), this.monitor.missed(), this.monitor.ahead(),
				ConnectionView.of(this.bus, this.monitor.listeningSince()), subscriptions(), stopped(),
				this.syncs.view(), this.gaps.view(), this.database.view(), this.groups.view(),
				this.monitor.seconds().after(secondsAfter, this.clock.instant().getEpochSecond()), panelData()));
	}

	private List<SubscriptionView> subscriptions() {
		Set<String> methods = methods();
		return this.bus.subscriptions()
			.stream()
			.sorted(Comparator.comparing(Subscription::name))
			.map((subscription) -> SubscriptionView.of(subscription, methods.contains(subscription.name())))
			.toList();
	}

	private Set<String> methods() {
		return (this.container != null)
				? this.container.subscriptions().stream().map(Subscription::name).collect(Collectors.toSet())
				: Set.of();
	}

	private List<String> stopped() {
		DomainEventListenerContainer container = this.container;
		return (container != null) ? container.ids().stream().filter((id) -> !container.isRunning(id)).sorted().toList()
				: List.of();
	}

	private Map<String, Object> panelData() {
		Map<String, Object> data = new LinkedHashMap<>();
		for (ConsolePanel panel : this.panels) {
			try {
				data.put(panel.id(), panel.data());
			}
			catch (RuntimeException ex) {
				logger.debug("panel {} has nothing to show", panel.id(), ex);
				data.put(panel.id(), Map.of("problem", ex.getClass().getSimpleName()));
			}
		}
		return data;
	}

	/**
	 * Events for a page.
	 *
	 * @param events the events
	 * @param skipped how many more there were that it is not sent
	 */
	record FeedBatch(List<FeedEvent> events, long skipped) {

	}

}
