package dev.pgevents.postgres.internal.session;

import java.sql.SQLException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a listener's sessions, and replaces one that was lost by one that is open
 * already, where there is one: what is notified until a new one is made would be lost,
 * and the driver takes most of that time. Thread-safe.
 */
public final class ReplacingSessions implements Sessions {

	private static final Logger logger = LoggerFactory.getLogger(ReplacingSessions.class);

	private final String busName;

	private final SessionFactory factory;

	private final Supplier<@Nullable Session> spare;

	/** Whether there was a session before. */
	private volatile boolean opened;

	private volatile @Nullable Session taken;

	private volatile boolean closed;

	/**
	 * Creates what has opened no session yet.
	 * @param busName begins log lines
	 * @param factory opens new sessions
	 * @param spare gives away a session that leads to where the factory's would, or null
	 * if there is none to be spared
	 */
	public ReplacingSessions(String busName, SessionFactory factory, Supplier<@Nullable Session> spare) {
		this.busName = busName;
		this.factory = factory;
		this.spare = spare;
	}

	@Override
	public Session open() throws SQLException {
		Session replacement = this.opened ? replacement() : null;
		Session session = (replacement != null) ? replacement : this.factory.open();
		this.opened = true;
		return session;
	}

	private @Nullable Session replacement() {
		Session session = this.spare.get();
		if (session == null) {
			return null;
		}
		this.taken = session;
		return adopt(session) ? session : null;
	}

	private boolean adopt(Session session) {
		boolean adopted = false;
		try {
			if (this.closed) {
				throw SessionFactory.closed();
			}
			this.factory.adopt(session);
			adopted = true;
			logger.debug("{}: the publishing session, process {}, listens from now on", this.busName,
					session.processId());
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("{}: the publishing session cannot listen, so a new one is opened", this.busName, ex);
		}
		finally {
			if (!adopted) {
				session.close();
			}
		}
		return adopted;
	}

	@Override
	public void close() {
		this.closed = true;
		this.factory.close();
		Session current = this.taken;
		if (current != null) {
			current.abort();
		}
	}

}
