package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.UnaryOperator;

import dev.pgevents.PublishException;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.ControlledServer.Stop;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Random faults against the invariant of {@link GroupScenario}, for a minute: with
 * {@code -Dsoak.seconds=600} for longer, with {@code -Dsoak.seed=…} the faults of an
 * earlier run.
 */
class EventLogSoakTests {

	private static final Logger logger = LoggerFactory.getLogger(EventLogSoakTests.class);

	private static final int WRITERS = 4;

	private static final int MAX_INSTANCES = 5;

	private static final int MAX_COMMITS_BETWEEN = 200;

	/** Of events; handlers open a connection for each, and take longer than writers. */
	private static final int MAX_BACKLOG = 2000;

	private final long seed = Long.getLong("soak.seed", System.nanoTime());

	private final Random random = new Random(this.seed);

	private final List<String> faults = new ArrayList<>();

	private final List<PostgresEventBus> instances = new ArrayList<>();

	private final AtomicBoolean ended = new AtomicBoolean();

	/** Of all writers. */
	private final AtomicInteger commits = new AtomicInteger();

	/** Writers begin a transaction while nobody writes here. */
	private final ReadWriteLock gate = new ReentrantReadWriteLock();

	@Test
	@Timeout(value = 20, unit = TimeUnit.MINUTES)
	void nothingIsLostDoubledOrOutOfOrderWhateverHappens() throws Exception {
		logger.info("soak.seed={}", this.seed);
		try (ControlledServer server = ControlledServer.create().start();
				GroupScenario scenario = new GroupScenario(server.dataSource(server.url()))) {
			PostgresEventBus publisher = scenario.bus("publisher", UnaryOperator.identity());
			List<CompletableFuture<Integer>> writers = new ArrayList<>();
			for (int writer = 0; writer < WRITERS; writer++) {
				String app = "app" + writer;
				Random own = new Random(this.seed + writer);
				writers.add(CompletableFuture.supplyAsync(() -> write(scenario, publisher, app, own), OwnThread.EACH));
			}
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("soak.seconds", 60));
			while (System.nanoTime() < end) {
				fault(scenario, server);
				drain(scenario, server);
				awaitCommits(this.random.nextInt(MAX_COMMITS_BETWEEN));
			}
			this.ended.set(true);
			for (CompletableFuture<Integer> writer : writers) {
				assertThat(writer.get(GroupScenario.LIMIT.toSeconds(), TimeUnit.SECONDS)).as("commits").isPositive();
			}
			scenario.instance("last");
			scenario.verify();
			logger.info("{} events handled as promised in spite of {} faults", scenario.handled(), this.faults.size());
		}
		catch (Throwable ex) {
			throw new AssertionError("soak.seed=" + this.seed + ", faults " + this.faults, ex);
		}
	}

	/**
	 * Faults are to happen to groups that handle, and the end is to be verified in time.
	 */
	private void drain(GroupScenario scenario, ControlledServer server) {
		if (backlog(scenario) <= MAX_BACKLOG) {
			return;
		}
		this.gate.writeLock().lock();
		try {
			if (this.instances.isEmpty()) {
				start(scenario, server);
			}
			await().atMost(GroupScenario.LIMIT).until(() -> backlog(scenario) == 0);
		}
		finally {
			this.gate.writeLock().unlock();
		}
	}

	private static long backlog(GroupScenario scenario) {
		return scenario.query("SELECT (SELECT count(*) FROM published) - (SELECT count(*) FROM effects)");
	}

	/** The writers go on between two faults. */
	private void awaitCommits(int count) {
		int goal = this.commits.get() + count;
		await().atMost(GroupScenario.LIMIT)
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(10))
			.until(() -> this.commits.get() >= goal);
	}

	private void fault(GroupScenario scenario, ControlledServer server) throws SQLException {
		int dice = this.random.nextInt(20);
		if (this.instances.isEmpty() || (dice < 7 && this.instances.size() < MAX_INSTANCES)) {
			start(scenario, server);
		}
		else if (dice < 11) {
			said("stop");
			this.instances.remove(this.random.nextInt(this.instances.size())).close();
		}
		else if (dice < 16) {
			String kind = List.of("listener", "log", "publisher").get(this.random.nextInt(3));
			said("kill " + kind);
			server.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE "
					+ "'pgevents %" + kind + "' AND random() < 0.5");
		}
		else if (dice < 18) {
			said("suspend");
			PostgresEventBus bus = this.instances.get(this.random.nextInt(this.instances.size()));
			bus.suspend();
			bus.resume();
		}
		else if (dice < 19) {
			said("kill handlers");
			server.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname ="
					+ " current_database() AND application_name = 'PostgreSQL JDBC Driver' AND random() < 0.5");
		}
		else {
			Stop how = this.random.nextBoolean() ? Stop.FAST : Stop.IMMEDIATE;
			said("restart " + how);
			server.restart(how);
		}
	}

	private void start(GroupScenario scenario, ControlledServer server) {
		said("start");
		String name = "i" + this.faults.size();
		PostgresEventBus bus = scenario.bus(name, UnaryOperator.identity());
		GroupScenario.join(bus, server.dataSource(server.url()), name, (event) -> {
		});
		this.instances.add(bus);
	}

	private void said(String fault) {
		this.faults.add(fault);
		logger.debug("{}", fault);
	}

	/** Numbers go up, whatever becomes of a transaction. */
	private int write(GroupScenario scenario, PostgresEventBus publisher, String app, Random own) {
		int commits = 0;
		int number = 0;
		while (!this.ended.get()) {
			try (Connection connection = scenario.connect()) {
				connection.setAutoCommit(false);
				boolean open = false;
				while (!this.ended.get()) {
					if (!open) {
						this.gate.readLock().lock();
						this.gate.readLock().unlock();
					}
					GroupScenario.publish(publisher, connection, app, number++);
					int dice = own.nextInt(5);
					open = dice == 1; // for one more event, while others commit
					if (dice == 0) {
						connection.rollback();
					}
					else if (!open) {
						connection.commit();
						commits++;
						this.commits.incrementAndGet();
					}
				}
			}
			catch (SQLException | PublishException ex) {
				logger.debug("writer of {} begins anew", app, ex);
			}
		}
		return commits;
	}

}
