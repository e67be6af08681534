package dev.pgevents.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.Gap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection that breaks right after its LISTEN has taken effect, with an event read
 * already: the event comes after the gap of the connection before.
 */
class GapPlaceTests {

	@Test
	void gapStandsBeforeWhatASessionReadThatBrokeWhileItBegan() throws Exception {
		try (FaultScenario scenario = new FaultScenario(false);
				PostgresEventBus publisher = PostgresEventBus.builder()
					.listener(ConnectionSource.of(scenario.straight()))
					.listening(false)
					.build()) {
			ConnectionSource source = scenario.server.source(scenario.url());
			AtomicInteger listeners = new AtomicInteger();
			PostgresEventBus bus = scenario.build(scenario.builder().listener((settings) -> {
				if (!isListener(settings) || listeners.incrementAndGet() != 2) {
					return source.open(settings);
				}
				publisher.publish(Event.of(scenario.type, null, "lost"));
				return breakingAfterListen(source.open(settings),
						() -> publisher.publish(Event.of(scenario.type, null, "read")));
			}));
			EventStream stream = bus.open(scenario.filter);
			stream.ready().get(FaultScenario.LIMIT.toSeconds(), TimeUnit.SECONDS);
			scenario.network.cut();
			assertThat(stream.poll(FaultScenario.LIMIT)).isInstanceOf(Gap.class);
			Delivery next = stream.poll(FaultScenario.LIMIT);
			assertThat(next).isInstanceOfSatisfying(Event.class,
					(event) -> assertThat(event.payloadAs(String.class)).isEqualTo("read"));
			assertThat(stream.poll(FaultScenario.LIMIT)).isInstanceOf(Gap.class);
		}
	}

	private static boolean isListener(Properties settings) {
		return settings.getProperty("ApplicationName").endsWith("listener");
	}

	private static Connection breakingAfterListen(Connection connection, Runnable afterListen) {
		return proxy(Connection.class, connection, (result, arguments) -> (result instanceof Statement statement)
				? proxy(Statement.class, statement, (answer, sql) -> {
					if (sql != null && String.valueOf(sql[0]).startsWith("LISTEN")) {
						afterListen.run();
						statement.execute("SELECT 1");
						throw new SQLException("broken by the test", "08006");
					}
					return answer;
				}) : result);
	}

	private static <T> T proxy(Class<T> type, T target, After after) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				try {
					return after.apply(method.invoke(target, arguments), arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			}));
	}

	/** What is done after a call. */
	private interface After {

		Object apply(Object result, Object[] arguments) throws SQLException;

	}

}
