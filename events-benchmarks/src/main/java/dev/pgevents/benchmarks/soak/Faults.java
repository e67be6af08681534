package dev.pgevents.benchmarks.soak;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.FaultyNetwork;

/**
 * Picks faults at random, and ends them.
 */
final class Faults {

	private final Random random;

	private final ControlledServer server;

	private final List<SoakService> services;

	private final List<Kind> kinds = new ArrayList<>();

	private final Map<String, Integer> counts = new TreeMap<>();

	Faults(Random random, ControlledServer server, List<SoakService> services, boolean restarts) {
		this.random = random;
		this.server = server;
		this.services = services;
		network("reset", FaultyNetwork::cut);
		network("reset in a message", (network) -> network.resetAfter(1 + this.random.nextInt(500)));
		network("black hole", FaultyNetwork::blackHole);
		network("stall", FaultyNetwork::stall);
		network("refused", FaultyNetwork::refuse);
		network("refused and reset", (network) -> {
			network.refuse();
			network.cut();
		});
		network("unanswered dials", (network) -> {
			network.ignoreDials();
			network.cut();
		});
		network("delay", (network) -> network.delay(Duration.ofMillis(this.random.nextInt(300))));
		network("dribble", FaultyNetwork::dribble);
		network("half-close to client", FaultyNetwork::halfCloseTowardsClient);
		network("half-close to server", FaultyNetwork::halfCloseTowardsServer);
		this.kinds.add(new Kind("terminated", () -> this.server.terminate("pgevents soak-%")));
		if (restarts) {
			this.kinds.add(new Kind("restart, fast", () -> this.server.restart(ControlledServer.Stop.FAST)));
			this.kinds.add(new Kind("restart, immediate", () -> this.server.restart(ControlledServer.Stop.IMMEDIATE)));
			this.kinds.add(new Kind("kill -9", () -> {
				this.server.kill();
				this.server.start();
			}));
		}
	}

	private void network(String name, NetworkFault fault) {
		this.kinds.add(new Kind(name,
				() -> fault.hit(this.services.get(this.random.nextInt(this.services.size())).network())));
	}

	/** Begins a fault; not always is the one before over. */
	void begin() throws IOException, SQLException {
		Kind kind = this.kinds.get(this.random.nextInt(this.kinds.size()));
		this.counts.merge(kind.name(), 1, Integer::sum);
		kind.fault().hit();
	}

	void end() throws IOException {
		for (SoakService service : this.services) {
			service.network().heal();
		}
	}

	String summary() {
		return this.counts.toString();
	}

	private interface Fault {

		void hit() throws IOException, SQLException;

	}

	private interface NetworkFault {

		void hit(FaultyNetwork network) throws IOException;

	}

	private record Kind(String name, Fault fault) {

	}

}
