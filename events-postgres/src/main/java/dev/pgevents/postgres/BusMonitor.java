package dev.pgevents.postgres;

import java.sql.SQLException;
import java.util.List;

import dev.pgevents.Event;

/**
 * A {@linkplain dev.pgevents.EventBus#capability capability} of the PostgreSQL bus: says
 * how it is, for those who operate it. Thread-safe.
 *
 * @since 0.1
 */
public interface BusMonitor {

	/**
	 * Returns the status of the bus.
	 * @return a snapshot; costs no round trip
	 */
	BusStatus status();

	/**
	 * Asks the server how its notification queue is, on a connection that is opened for
	 * it: for operators to look at, not for a tight loop.
	 * @return the answer
	 * @throws SQLException if there is none
	 */
	ServerStatus serverStatus() throws SQLException;

	/**
	 * Asks the server who is connected to the database for events: the connections of
	 * buses, in whatever process, and other sessions that seem to listen. On a connection
	 * that is opened for it, like {@link #serverStatus()}.
	 * @return the sessions, by their application's name
	 * @throws SQLException if there is no answer
	 */
	List<ServerSession> serverSessions() throws SQLException;

	/**
	 * Returns the channel that an event would be sent on.
	 * @param event the event
	 * @return the channel's name, unquoted
	 */
	String channelOf(Event event);

}
