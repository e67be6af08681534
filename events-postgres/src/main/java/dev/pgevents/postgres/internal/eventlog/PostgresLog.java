package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventLog;
import dev.pgevents.EventLogException;
import dev.pgevents.Gap;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Position;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.group.Attempt;
import dev.pgevents.internal.group.Cursor;
import dev.pgevents.internal.group.GroupBus;
import dev.pgevents.internal.group.GroupCounts;
import dev.pgevents.internal.group.GroupSettings;
import dev.pgevents.internal.group.Groups;
import dev.pgevents.internal.group.Page;
import dev.pgevents.internal.group.Partitions;
import dev.pgevents.internal.log.LogText;
import dev.pgevents.postgres.internal.listen.RecordedNotifications;
import dev.pgevents.postgres.internal.publish.LogAppend;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event log of a bus: puts its parts together. Thread-safe.
 */
public final class PostgresLog implements RecordedNotifications, GroupBus, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(PostgresLog.class);

	private static final byte[] UNKNOWN = {};

	/** Leaves are looked at for the first time when starting is over. */
	private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);

	private final String busName;

	private final LogSchema schema;

	private final LogAppend append;

	private final LogConnection connection;

	private final Instance instance;

	private final PostgresGroupStore store;

	private final EventLog log;

	private final Groups groups;

	private final NotificationDecoder decoder;

	private final Partitions partitions;

	private final Duration idleTimeout;

	private final Retention retention;

	private volatile boolean suspended;

	private final Set<String> feeds = ConcurrentHashMap.newKeySet();

	private volatile byte[] secret = UNKNOWN;

	/**
	 * Creates a log that has not been looked for yet.
	 * @param tables where it is
	 * @param groups how groups work
	 * @param connections what it shares with the bus
	 */
	public PostgresLog(Tables tables, GroupSettings groups, Connections connections) {
		this.partitions = tables.partitions();
		this.busName = connections.busName();
		this.schema = new LogSchema(this.busName, tables.names(), tables.partitions(), tables.initialize());
		this.append = new LogAppend(tables.names().function("event_append"), tables.names().function("event_record"),
				tables.names().function("event_append_one"), connections.lockTimeout());
		this.connection = new LogConnection(connections.sessions(), connections.lockTimeout(), this::ensure);
		this.instance = new Instance(tables.names());
		EventRows rows = new EventRows(connections.busName(), connections.codec());
		ControlChannel control = new ControlChannel();
		this.idleTimeout = connections.heartbeat().multipliedBy(3);
		this.store = new PostgresGroupStore(this.busName, this.connection, tables.names(), this.instance, rows, control,
				this.idleTimeout);
		this.log = new PostgresEventLog(this.connection, tables.names(), rows, control);
		this.groups = new Groups(connections.busName(), this.store, groups, connections.dispatcher(),
				connections.clock());
		this.decoder = connections.decoder();
		this.retention = new Retention(connections.busName(), tables.names(), tables.expiry(),
				connections.maintenance(), connections.lockTimeout());
		Duration pause = tables.expiry().pause();
		this.groups.repeat((pause.compareTo(FIRST_PAUSE) < 0) ? pause : FIRST_PAUSE, pause, this::retain);
	}

	/** Makes and drops leaves of the log, where that is due. */
	public void retain() {
		if (this.suspended || this.secret.length == 0) {
			return; // nothing has been published or heard yet
		}
		try {
			if (this.connection.call(this.retention::isDue)) {
				this.retention.work();
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("{}: whether leaves of the event log are to be made or dropped is not known", this.busName,
					ex);
		}
	}

	/**
	 * The log as users see it.
	 * @return the log
	 */
	public EventLog log() {
		return this.log;
	}

	/**
	 * What records events, after making sure that it is there.
	 * @return the function
	 * @throws EventLogException if the log cannot be reached
	 */
	public LogAppend append() {
		if (this.secret.length == 0) {
			initialize();
		}
		return this.append;
	}

	/**
	 * What records events, whether it is there or not.
	 * @return the function
	 */
	public LogAppend appendUnchecked() {
		return this.append;
	}

	@Override
	public void initialize() {
		try {
			this.connection.call((open) -> true);
		}
		catch (SQLException ex) {
			throw new EventLogException("the event log cannot be reached: " + ex.getMessage(), ex);
		}
	}

	private void ensure(Session session) throws SQLException {
		if (this.secret.length == 0) {
			this.secret = this.schema.ensure(session.connection());
		}
	}

	/**
	 * A session that publishes was opened.
	 * @param session the session
	 */
	public void publishing(Session session) {
		try {
			ensure(session);
		}
		catch (SQLException ex) {
			throw new EventLogException(String.valueOf(ex.getMessage()), ex);
		}
	}

	/**
	 * A session that listens was opened: what it owns hangs on it. The server ends it
	 * where this process has been stopped, and sends no heartbeat any more.
	 * @param session the session
	 */
	public void listening(Session session) {
		try {
			this.suspended = false;
			// What was there before may be another server's, which has failed over.
			this.secret = this.schema.ensure(session.connection());
			this.instance.begin(session);
			if (!session.isPooled()) {
				// Not of pg_settings, which takes the server longer.
				session.query("SELECT CASE WHEN pg_catalog.current_setting('idle_session_timeout', true) IS NOT NULL"
						+ " THEN pg_catalog.set_config('idle_session_timeout', '" + this.idleTimeout.toMillis()
						+ "', false) END");
			}
		}
		catch (SQLException ex) {
			throw new EventLogException("the event log cannot be used: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Registers what instances send each other.
	 * @param listen registers a subscription with its channels
	 */
	public void start(BiConsumer<BusSubscription, Set<String>> listen) {
		listen.accept(new GroupFeed("event log", new Groups.Feed() {
			@Override
			public void live() {
				// There is nothing to begin.
			}

			@Override
			public void gap(Gap gap) {
				PostgresLog.this.groups.look();
			}
		}), Set.of(ControlChannel.NAME));
	}

	/**
	 * Adds a handler to a group.
	 * @param group the group's name
	 * @param filter which events
	 * @param options how to call
	 * @param handler called for each event
	 * @param channels where events of all types arrive: positions follow each other only
	 * for those who hear of all
	 * @param listen registers a subscription with its channels
	 * @return the subscription
	 */
	public BusSubscription subscribe(String group, SubscriptionFilter filter, SubscriptionOptions options,
			EventHandler handler, Set<String> channels, BiConsumer<BusSubscription, Set<String>> listen) {
		BusSubscription subscription = this.groups.subscribe(group, filter, options, handler, (closing) -> {
		});
		if (this.feeds.add(group)) {
			listen.accept(new GroupFeed(group, this.groups.feed(group)), channels);
		}
		return subscription;
	}

	@Override
	public List<GroupCounts> counts() {
		return this.groups.counts();
	}

	@Override
	public Map<String, String> problems() {
		return this.groups.problems();
	}

	@Override
	public List<SubscriptionFilter> filters(String group) {
		return this.groups.filters(group);
	}

	@Override
	public Content decode(String channel, String notification) throws UnreadableNotificationException {
		if (channel.equals(ControlChannel.NAME)) {
			this.groups.look();
			return Content.NONE;
		}
		PositionProof proof = PositionProof.of(notification);
		if (proof == null) {
			return new Content(this.decoder.decode(channel, notification), null);
		}
		if (!proof.isProven(this.secret)) {
			if (proof.position().partition() < this.partitions.total()) {
				this.groups.hint(proof.position().partition());
			}
			return new Content(this.decoder.decode(channel, proof.text()), null);
		}
		if (proof.isPointer()) {
			return new Content(null, proof.position());
		}
		return new Content(this.decoder.decode(channel, proof.text()).withPosition(proof.position()), null);
	}

	@Override
	public Event read(Position position) throws UnreadableNotificationException {
		try {
			Page page = this.store.read(position.partition(), position.number() - 1, 1);
			List<Event> events = page.events();
			if (events.isEmpty() || !position.equals(events.get(0).position())) {
				throw new UnreadableNotificationException("its event is not in the event log any more", null);
			}
			return events.get(0);
		}
		catch (SQLException ex) {
			throw new UnreadableNotificationException("its event could not be read from the event log", ex);
		}
	}

	@Override
	public void arrived(Event event, int process) {
		this.groups.arrived(event, () -> publisher(process));
	}

	/** Who has the server's process, as far as the server says. */
	private String publisher(int process) {
		try {
			return this.connection.call((open) -> publisher(open, process));
		}
		catch (SQLException ex) {
			return "process " + process;
		}
	}

	private static String publisher(Connection open, int process) throws SQLException {
		try (PreparedStatement statement = open
			.prepareStatement("SELECT usename, application_name, coalesce(host(client_addr), 'the server itself')"
					+ " FROM pg_catalog.pg_stat_activity WHERE pid = ?")) {
			statement.setInt(1, process);
			try (ResultSet rows = statement.executeQuery()) {
				if (!rows.next()) {
					return "a session that is gone (process " + process + ")";
				}
				return "role " + rows.getString(1) + " as \""
						+ LogText.of(String.valueOf(rows.getString(2)), LogText.NAME) + "\" from " + rows.getString(3)
						+ " (process " + process + ")";
			}
		}
	}

	@Override
	public void arrived(Position position) {
		this.groups.hint(position.partition());
	}

	@Override
	public boolean acknowledge(Connection caller, Attempt attempt) throws SQLException {
		Cursor cursor = attempt.enlist();
		boolean own = this.store.acknowledge(caller, attempt.group(), cursor, attempt.event(), attempt.isHeld());
		if (!own) {
			attempt.fenced();
		}
		return own;
	}

	/** Waits for what groups have in hand, and gives their partitions up. */
	public void closeGroups() {
		this.groups.close();
	}

	/** Gives up what hangs on the listening session, and lets go of the connection. */
	public void disconnect() {
		this.suspended = true;
		this.groups.suspend();
		if (this.instance.current() != 0 && this.groups.isJoined()) {
			try {
				this.store.leave();
			}
			catch (SQLException ex) {
				logger.debug("{}: partitions are free as soon as their session has ended", this.busName, ex);
			}
		}
		this.instance.end();
		this.connection.disconnect();
	}

	@Override
	public void close() {
		this.retention.close();
		this.connection.close();
	}

	/**
	 * Where the log is.
	 *
	 * @param names how its tables are called
	 * @param partitions how many there are
	 * @param initialize whether they are made where they are missing
	 * @param expiry how long events are kept
	 */
	public record Tables(LogNames names, Partitions partitions, boolean initialize, Expiry expiry) {

	}

	/**
	 * What the log shares with the bus.
	 *
	 * @param busName the bus's name
	 * @param sessions opens sessions for the log's own connection
	 * @param maintenance opens sessions for what may wait for others' transactions
	 * @param lockTimeout how long to wait for locks
	 * @param heartbeat how often the listening session is asked something
	 * @param codec reads payloads
	 * @param decoder decodes notifications
	 * @param dispatcher calls handlers
	 * @param clock gives the time of gaps
	 */
	public record Connections(String busName, SessionFactory sessions, SessionFactory maintenance, Duration lockTimeout,
			Duration heartbeat, PayloadCodec codec, NotificationDecoder decoder, Dispatcher dispatcher, Clock clock) {

	}

}
