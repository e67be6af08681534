package dev.pgevents.postgres.internal.listen;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.pgevents.internal.util.ManualTicker;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A server that knows just what a listening session asks it, and says what the test wants
 * it to say. Its connections are not wakeable; where one waits for notifications in vain,
 * the time passes.
 */
final class StubServer {

	private static final Pattern LISTEN = Pattern.compile("(UN)?LISTEN \"([^\"]+)\"");

	private static final int PROCESS = 7;

	/** What each session has executed. */
	final List<String> executed = new ArrayList<>();

	/** The channels it knows the session to listen to. */
	final Set<String> registered = new LinkedHashSet<>();

	private final Deque<List<PGNotification>> batches = new ArrayDeque<>();

	private final ManualTicker ticker;

	/** What is to fail next; null for nothing. */
	SQLException failure;

	StubServer(ManualTicker ticker) {
		this.ticker = ticker;
	}

	Session session() throws SQLException {
		return new SessionFactory("events", this::connection, "test", Duration.ofSeconds(20)).open();
	}

	/**
	 * Notifies in the next batch that is read, together with what was notified before.
	 */
	void notifies(String channel, String text) {
		if (this.batches.isEmpty()) {
			this.batches.add(new ArrayList<>());
		}
		this.batches.getLast().add(stub(PGNotification.class, Map.of("getName", channel, "getParameter", text)));
	}

	private Connection connection(Properties settings) {
		return (Connection) Proxy.newProxyInstance(StubServer.class.getClassLoader(),
				new Class<?>[] { Connection.class, PGConnection.class },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "isWrapperFor", "getAutoCommit" -> true;
					case "unwrap" -> proxy;
					case "createStatement" -> statement();
					case "getBackendPID" -> PROCESS;
					case "getParameterStatus" -> "UTF8";
					case "getNotifications" -> (arguments != null) ? await((int) arguments[0]) : read();
					default -> nothing(proxy, method);
				});
	}

	private PGNotification[] await(int millis) throws SQLException {
		fail();
		if (this.batches.isEmpty()) {
			this.ticker.pass(Duration.ofMillis(millis));
		}
		return read();
	}

	private PGNotification[] read() {
		List<PGNotification> batch = this.batches.poll();
		return (batch != null) ? batch.toArray(PGNotification[]::new) : null;
	}

	private Statement statement() {
		return (Statement) Proxy.newProxyInstance(StubServer.class.getClassLoader(), new Class<?>[] { Statement.class },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "execute" -> execute((String) arguments[0]);
					case "executeQuery" -> answer((String) arguments[0]);
					default -> nothing(proxy, method);
				});
	}

	private boolean execute(String sql) throws SQLException {
		fail();
		this.executed.add(sql);
		for (MatchResult command : LISTEN.matcher(sql).results().toList()) {
			if (command.group(1) == null) {
				this.registered.add(command.group(2));
			}
			else {
				this.registered.remove(command.group(2));
			}
		}
		return false;
	}

	private ResultSet answer(String sql) throws SQLException {
		fail();
		if (sql.contains("pg_listening_channels")) {
			Array channels = stub(Array.class, Map.of("getArray", this.registered.toArray(String[]::new)));
			return stub(ResultSet.class, Map.of("next", true, "getDouble", 0.0, "getArray", channels));
		}
		return stub(ResultSet.class, Map.of("next", true, "getString", "stub", "getBoolean", false, "getInt", PROCESS));
	}

	private void fail() throws SQLException {
		SQLException failing = this.failure;
		this.failure = null;
		if (failing != null) {
			throw failing;
		}
	}

	private static <T> T stub(Class<T> type, Map<String, Object> answers) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> answers.containsKey(method.getName()) ? answers.get(method.getName())
						: nothing(proxy, method)));
	}

	private static Object nothing(Object proxy, Method method) {
		if (method.getName().equals("hashCode")) {
			return System.identityHashCode(proxy);
		}
		if (method.getReturnType() == boolean.class) {
			return false;
		}
		return (method.getReturnType() == int.class) ? 0 : null;
	}

}
