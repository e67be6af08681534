package dev.pgevents.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.Gap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.pgevents.postgres.fault.Sources;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where the gap of a lost connection stands among the events, looked at right before and
 * right after the LISTEN of the next one.
 */
class GapPlaceTests {

	private FaultScenario scenario;

	private PostgresEventBus publisher;

	private EventStream stream;

	@BeforeEach
	void create() throws Exception {
		this.scenario = new FaultScenario(false);
		this.publisher = PostgresEventBus.builder()
			.listener(ConnectionSource.of(this.scenario.straight()))
			.listening(false)
			.build();
	}

	@AfterEach
	void close() throws Exception {
		this.scenario.close();
		this.publisher.close();
	}

	/** A connection that breaks with an event read already. */
	@Test
	void gapStandsBeforeWhatASessionReadThatBrokeWhileItBegan() throws Exception {
		loseConnection((statement) -> publish("lost"), (statement) -> {
			publish("read");
			statement.execute("SELECT 1");
			throw new SQLException("broken by the test", "08006");
		});
		assertThat(next()).isInstanceOf(Gap.class);
		assertThat(next()).isInstanceOfSatisfying(Event.class,
				(event) -> assertThat(event.payloadAs(String.class)).isEqualTo("read"));
		assertThat(next()).isInstanceOf(Gap.class);
	}

	/**
	 * Whoever reads the state at the gap must not miss what is published after that: what
	 * is published before the LISTEN is committed does not arrive.
	 */
	@Test
	void gapIsNotToldBeforeTheListenIsCommitted() throws Exception {
		List<Delivery> early = new ArrayList<>();
		CountDownLatch listened = new CountDownLatch(1);
		loseConnection((statement) -> {
			publish("lost");
			Delivery delivery = poll(Duration.ZERO);
			if (delivery != null) {
				early.add(delivery);
			}
		}, (statement) -> {
			publish("read");
			listened.countDown();
		});
		assertThat(listened.await(FaultScenario.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(next()).isInstanceOf(Gap.class);
		assertThat(next()).isInstanceOfSatisfying(Event.class,
				(event) -> assertThat(event.payloadAs(String.class)).isEqualTo("read"));
		assertThat(early).isEmpty();
	}

	/** Cuts the first connection, and looks at the LISTEN of the second one. */
	private void loseConnection(Look before, Look after) throws Exception {
		ConnectionSource source = Sources.of(this.scenario.server, this.scenario.url());
		AtomicInteger listeners = new AtomicInteger();
		PostgresEventBus bus = this.scenario.build(this.scenario.steady().listener((settings) -> {
			Connection connection = source.open(settings);
			boolean second = isListener(settings) && listeners.incrementAndGet() == 2;
			return second ? watched(connection, before, after) : connection;
		}));
		this.stream = bus.open(this.scenario.filter);
		this.stream.ready().get(FaultScenario.LIMIT.toSeconds(), TimeUnit.SECONDS);
		this.scenario.network.cut();
	}

	private void publish(String payload) {
		this.publisher.publish(Event.of(this.scenario.type, null, payload));
	}

	private Delivery next() {
		return poll(FaultScenario.LIMIT);
	}

	private Delivery poll(Duration timeout) {
		try {
			return this.stream.poll(timeout);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isListener(Properties settings) {
		return settings.getProperty("ApplicationName").endsWith("listener");
	}

	private static Connection watched(Connection connection, Look before, Look after) {
		return proxy(Connection.class, connection, (call, arguments) -> {
			Object result = call.proceed();
			return (result instanceof Statement statement) ? watched(statement, before, after) : result;
		});
	}

	private static Statement watched(Statement statement, Look before, Look after) {
		return proxy(Statement.class, statement, (call, arguments) -> {
			boolean listen = arguments != null && String.valueOf(arguments[0]).startsWith("LISTEN");
			if (listen) {
				before.at(statement);
			}
			Object result = call.proceed();
			if (listen) {
				after.at(statement);
			}
			return result;
		});
	}

	private static <T> T proxy(Class<T> type, T target, Around around) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				try {
					return around.apply(() -> method.invoke(target, arguments), arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			}));
	}

	/** What is done at a statement. */
	private interface Look {

		void at(Statement statement) throws SQLException;

	}

	/** What is done around a call. */
	private interface Around {

		Object apply(Call call, Object[] arguments) throws Exception;

	}

	/** A call of the real thing. */
	private interface Call {

		Object proceed() throws Exception;

	}

}
