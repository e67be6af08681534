package dev.pgevents.sample;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.console.ConsolePanel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The node on the console's page, with what a visitor may do to it.
 */
@Component
class NodePanel implements ConsolePanel {

	private static final Logger logger = LoggerFactory.getLogger(NodePanel.class);

	private static final int BURST = 10_000;

	private final Set<NodeService> here;

	private final NodeState state;

	private final ServiceActivity activity;

	private final Inputs inputs;

	private final Stall stall;

	private final EventsSwitch events;

	private final CommitLockDrill commitLock;

	private final JdbcClient jdbc;

	private final SimpleAsyncTaskExecutor reader = new SimpleAsyncTaskExecutor("node-panel-");

	private final AtomicBoolean reading = new AtomicBoolean();

	private volatile List<NodeState.App> apps = List.of();

	private volatile Map<String, Long> waiting = Map.of();

	NodePanel(NodeState state, ServiceActivity activity, Inputs inputs, Stall stall, EventsSwitch events,
			CommitLockDrill commitLock, JdbcClient jdbc, Environment environment) {
		this.here = NodeService.selected(environment);
		this.state = state;
		this.activity = activity;
		this.inputs = inputs;
		this.stall = stall;
		this.events = events;
		this.commitLock = commitLock;
		this.jdbc = jdbc;
		this.reader.setDaemon(true);
	}

	@Override
	public String id() {
		return "node";
	}

	@Override
	public String title() {
		return "The node";
	}

	@Override
	public Resource script() {
		return new ClassPathResource("node.js", NodePanel.class);
	}

	@Override
	public Resource styles() {
		return new ClassPathResource("node.css", NodePanel.class);
	}

	/** What was read last: the database may take its time, as while the lock is held. */
	@Override
	public Object data() {
		if (this.reading.compareAndSet(false, true)) {
			this.reader.execute(this::read);
		}
		List<NodeState.Service> services = Arrays.stream(NodeService.values())
			.map((service) -> new NodeState.Service(service.toString(), this.here.contains(service),
					this.activity.last(service)))
			.toList();
		return Map.of("services", services, "apps", this.apps, "waiting", this.waiting, "stalled", this.stall.isOn(),
				"events", this.events.isOn(), "lockHeld", this.commitLock.isHeld(), "lockPossible",
				this.commitLock.isPossible(), "validatorHere", this.here.contains(NodeService.VALIDATOR));
	}

	private void read() {
		try {
			this.apps = this.state.apps();
			this.waiting = this.state.waiting();
		}
		catch (RuntimeException ex) {
			logger.debug("the node's tables cannot be read now", ex);
		}
		finally {
			this.reading.set(false);
		}
	}

	@Override
	public Set<String> operations() {
		return Set.of("submit", "burst", "cut", "hold-lock", "stall", "go-on", "events-off", "events-on");
	}

	@Override
	public String operate(String operation, Map<String, String> parameters) {
		return switch (operation) {
			case "submit" -> submit(parameters.getOrDefault("app", ""), 1);
			case "burst" -> submit(parameters.getOrDefault("app", ""), BURST);
			case "cut" -> "The listening connections of " + cut() + " process(es) are cut.";
			case "hold-lock" -> holdLock();
			case "stall" -> stall();
			case "go-on" -> goOn();
			case "events-off" -> switchEvents(false);
			case "events-on" -> switchEvents(true);
			default -> throw new IllegalArgumentException(operation);
		};
	}

	private String submit(String app, int count) {
		long epoch = this.inputs.submit(app, count);
		return count + ((count == 1) ? " input" : " inputs") + " for application " + app + ", epoch " + epoch + ".";
	}

	/** As an operator, a failover or a firewall does. */
	private long cut() {
		return this.jdbc.sql("""
				SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND application_name LIKE 'pgevents % listener of rollups-node%'
				""").query(Long.class).single();
	}

	private String holdLock() {
		this.commitLock.hold();
		return "The commit lock is held for " + CommitLockDrill.LENGTH
				+ " seconds: no transaction with an event commits meanwhile.";
	}

	private String stall() {
		this.stall.begin();
		return "The validator stands still, for at most " + Stall.LONGEST.toSeconds() + " seconds.";
	}

	private String goOn() {
		this.stall.end();
		return "The validator goes on.";
	}

	private String switchEvents(boolean on) {
		this.events.set(on);
		if (on) {
			return "Events are on: the bus connects again, and the services hear of each other at once.";
		}
		cut();
		return "Events are off in this process: its services look at the tables every few seconds.";
	}

}
