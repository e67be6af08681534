package dev.pgevents.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/**
 * Connections on which each round trip of publishing is noted and can be held up.
 */
final class HeldConnections implements ConnectionSource {

	private final ConnectionSource source;

	private final Semaphore passes = new Semaphore(0);

	private volatile boolean holding;

	/** The threads that have begun a round trip, one entry for each. */
	final List<Thread> roundTrips = new CopyOnWriteArrayList<>();

	HeldConnections(ConnectionSource source) {
		this.source = source;
	}

	/** From now on a round trip waits for {@link #release()}. */
	void hold() {
		this.holding = true;
	}

	/** Lets the round trip go on that is held, and holds the next. */
	void releaseOne() {
		this.passes.release();
	}

	void release() {
		this.holding = false;
		this.passes.release(this.roundTrips.size());
	}

	@Override
	public Connection open(Properties settings) throws SQLException {
		return (Connection) proxy(Connection.class, this.source.open(settings));
	}

	private Object proxy(Class<?> type, Object target) {
		return Proxy.newProxyInstance(HeldConnections.class.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> {
					if (target instanceof PreparedStatement && method.getName().equals("execute")) {
						pass();
					}
					Object result = call(method, target, arguments);
					return (result instanceof PreparedStatement) ? proxy(PreparedStatement.class, result) : result;
				});
	}

	private void pass() throws InterruptedException {
		boolean held = this.holding;
		this.roundTrips.add(Thread.currentThread());
		if (held) {
			this.passes.acquire();
		}
	}

	private static Object call(Method method, Object target, Object[] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

}
