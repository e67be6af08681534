package dev.pgevents.sample;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.stereotype.Component;

/**
 * Holds the lock that every transaction with a notification takes at its commit, as a
 * synchronous standby does that does not answer: this server waits for one that is not
 * there. On the node's own server only, since it changes the server's settings.
 */
@Component
class CommitLockDrill {

	/** In seconds. */
	static final int LENGTH = 8;

	private static final Logger logger = LoggerFactory.getLogger(CommitLockDrill.class);

	private final DataSource dataSource;

	private final boolean ownServer;

	private final AtomicBoolean held = new AtomicBoolean();

	CommitLockDrill(DataSource dataSource, ConfigurableEnvironment environment) {
		this.dataSource = dataSource;
		this.ownServer = environment.getPropertySources().contains(EmbeddedServer.PROPERTY_SOURCE);
	}

	boolean isPossible() {
		return this.ownServer;
	}

	boolean isHeld() {
		return this.held.get();
	}

	/** Begins; ends by itself. */
	void hold() {
		if (!this.ownServer) {
			throw new IllegalStateException("The lock is held on a server that the node has started itself only: it "
					+ "takes a change of the server's settings.");
		}
		if (this.held.compareAndSet(false, true)) {
			Thread holder = new Thread(this::holdForAWhile, "commit-lock");
			holder.setDaemon(true);
			holder.start();
		}
	}

	private void holdForAWhile() {
		try (Connection settings = this.dataSource.getConnection(); Statement change = settings.createStatement()) {
			change.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
			change.execute("SELECT pg_reload_conf()");
			Thread committing = new Thread(this::commit, "commit-lock-holder");
			committing.setDaemon(true);
			try {
				committing.start();
				TimeUnit.SECONDS.sleep(LENGTH);
			}
			finally {
				change.execute("ALTER SYSTEM RESET synchronous_standby_names");
				change.execute("SELECT pg_reload_conf()");
			}
			committing.join();
		}
		catch (SQLException ex) {
			logger.warn("the commit lock could not be held: {}", ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.held.set(false);
		}
	}

	/**
	 * Waits in its commit, with the lock. A transaction that has written nothing but a
	 * notification would not wait.
	 */
	private void commit() {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			// The setting reaches a backend at the start of a statement, a moment later.
			statement.execute("SELECT pg_sleep(0.3)");
			statement.execute("SET LOCAL synchronous_commit = on");
			statement.execute("SELECT pg_logical_emit_message(true, 'node', 'drill')");
			statement.execute("SELECT pg_notify('node_drill', '')");
			connection.commit();
			connection.setAutoCommit(true);
		}
		catch (SQLException ex) {
			logger.warn("the commit lock could not be held: {}", ex.getMessage());
		}
	}

}
