package dev.pgevents.postgres.fault;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.PublishException;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes events whose payloads are 0, 1, 2, … from a thread of its own, and remembers
 * what became of each. Goes on for ever, whatever fails, until stopped. Thread-safe.
 */
public final class NumberedPublisher implements Published, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(NumberedPublisher.class);

	private final String name;

	private final EventType type;

	private final Way way;

	private final Duration interval;

	private final Thread thread;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final List<Outcome> outcomes = new ArrayList<>();

	private boolean stopping;

	private NumberedPublisher(String name, EventType type, Way way, Duration interval) {
		this.name = name;
		this.type = type;
		this.way = way;
		this.interval = interval;
		this.thread = new Thread(this::run, "numbered publisher " + name);
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Publishes on the default channel over a connection that no bus has to do with, and
	 * that is replaced when it breaks.
	 * @param database where to connect: straight to the server
	 * @param type the type of all events
	 * @param name the app id of all events
	 * @param interval the pause after each event
	 * @return a publisher that has begun
	 */
	public static NumberedPublisher straightTo(DataSource database, EventType type, String name, Duration interval) {
		return new NumberedPublisher(name, type, new Straight(database), interval);
	}

	/**
	 * Publishes through a bus.
	 * @param publisher the bus
	 * @param type the type of all events
	 * @param name the app id of all events
	 * @param interval the pause after each event
	 * @return a publisher that has begun
	 */
	public static NumberedPublisher through(Publisher publisher, EventType type, String name, Duration interval) {
		return new NumberedPublisher(name, type, new Through(publisher), interval);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public int begun() {
		this.lock.lock();
		try {
			return this.outcomes.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public Outcome outcome(int number) {
		this.lock.lock();
		try {
			return this.outcomes.get(number);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How many events have come to an outcome.
	 * @param outcome the outcome
	 * @return the number so far
	 */
	public long count(Outcome outcome) {
		this.lock.lock();
		try {
			return this.outcomes.stream().filter(outcome::equals).count();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until an event has been published that was begun after this call.
	 * @param limit how long to wait
	 * @return its number
	 * @throws InterruptedException if interrupted
	 * @throws AssertionError if none was
	 */
	public int awaitNext(Duration limit) throws InterruptedException {
		this.lock.lock();
		try {
			int from = this.outcomes.size();
			long left = limit.toNanos();
			while (left > 0) {
				for (int number = from; number < this.outcomes.size(); number++) {
					if (this.outcomes.get(number) == Outcome.ACKNOWLEDGED) {
						return number;
					}
				}
				left = this.changed.awaitNanos(left);
			}
			throw new AssertionError(
					"publisher " + this.name + " has published nothing for " + limit + ", after " + from + " events");
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		stop();
	}

	/** Begins no more events, and waits for the one that is under way. */
	public void stop() {
		this.lock.lock();
		try {
			this.stopping = true;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		try (Way way = this.way) {
			while (pause()) {
				if (way.isReady()) {
					publish(way);
				}
			}
		}
	}

	private void publish(Way way) {
		int number = began();
		Outcome outcome = way.publish(Event.of(this.type, this.name, number));
		ended(number, outcome);
	}

	/** The outcome of what has only begun is not known. */
	private int began() {
		this.lock.lock();
		try {
			this.outcomes.add(Outcome.UNKNOWN);
			return this.outcomes.size() - 1;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void ended(int number, Outcome outcome) {
		this.lock.lock();
		try {
			this.outcomes.set(number, outcome);
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** False once there is nothing more to do. */
	private boolean pause() {
		this.lock.lock();
		try {
			long left = this.interval.toNanos();
			while (!this.stopping && left > 0) {
				left = this.changed.awaitNanos(left);
			}
			return !this.stopping;
		}
		catch (InterruptedException ex) {
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** How an event leaves. */
	private interface Way extends AutoCloseable {

		/** Whether it makes sense to begin an event. */
		boolean isReady();

		Outcome publish(Event event);

		@Override
		void close();

	}

	private static final class Straight implements Way {

		private final DataSource database;

		private final NotificationEncoder encoder = new NotificationEncoder(new JacksonPayloadCodec());

		private Connection connection;

		private PreparedStatement statement;

		private Straight(DataSource database) {
			this.database = database;
		}

		@Override
		public boolean isReady() {
			if (this.connection != null) {
				return true;
			}
			try {
				this.connection = this.database.getConnection();
				this.statement = this.connection.prepareStatement("SELECT pg_notify(?, ?)");
				return true;
			}
			catch (SQLException ex) {
				logger.debug("no connection to publish on", ex);
				close();
				return false;
			}
		}

		@Override
		public Outcome publish(Event event) {
			try {
				this.statement.setString(1, ChannelStrategy.DEFAULT_CHANNEL);
				this.statement.setString(2, this.encoder.encode(event));
				this.statement.execute();
				return Outcome.ACKNOWLEDGED;
			}
			catch (SQLException ex) {
				logger.debug("not published, or not known", ex);
				if (ex.getSQLState() != null && !ex.getSQLState().matches("(08|57P|58).*")) {
					return Outcome.FAILED;
				}
				close();
				return Outcome.UNKNOWN;
			}
		}

		@Override
		public void close() {
			Connection old = this.connection;
			this.connection = null;
			try {
				if (old != null) {
					old.close();
				}
			}
			catch (SQLException ex) {
				logger.debug("closing failed", ex);
			}
		}

	}

	private record Through(Publisher publisher) implements Way {

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public Outcome publish(Event event) {
			try {
				this.publisher.publish(event);
				return Outcome.ACKNOWLEDGED;
			}
			catch (PublishException ex) {
				logger.debug("not published, or not known", ex);
				return (ex.outcome() == PublishException.Outcome.NOT_PUBLISHED) ? Outcome.FAILED : Outcome.UNKNOWN;
			}
		}

		@Override
		public void close() {
		}

	}

}
