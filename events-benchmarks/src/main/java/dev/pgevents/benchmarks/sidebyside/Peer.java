package dev.pgevents.benchmarks.sidebyside;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;

import dev.pgevents.benchmarks.BenchmarkServer;

/**
 * Who is measured.
 */
enum Peer {

	/** This library, plain Java. */
	PGEVENTS("pgevents"),

	/** This library with Spring Boot. */
	ANNOTATED("pgevents-annotated"),

	/** The same with a handler of all events and an application listener beside it. */
	APPLICATION("pgevents-application"),

	/** pgjdbc as most use it. */
	PLAIN("pgjdbc"),

	/** pgjdbc over this library's socket, for comparison. */
	SAME_SOCKET("pgjdbc-same-socket"),

	/** Vert.x. */
	VERTX("vertx"),

	/** r2dbc-postgresql. */
	R2DBC("r2dbc"),

	/** pgjdbc-ng. */
	NG("pgjdbc-ng"),

	/** Spring Integration, a queue in a table. */
	SPRING_INTEGRATION("spring-integration"),

	/** libpq, which is C and has a process of another kind. */
	LIBPQ("libpq");

	private final String label;

	Peer(String label) {
		this.label = label;
	}

	static Peer named(String label) {
		return Arrays.stream(values())
			.filter((peer) -> peer.label.equals(label))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("no peer is called " + label));
	}

	static String labels() {
		return Arrays.stream(values()).map(Peer::label).collect(Collectors.joining(","));
	}

	boolean isAvailable() {
		return this != LIBPQ || LibpqReceiver.isAvailable();
	}

	/** Whether it can be asked for one more channel while it receives. */
	boolean listensLater() {
		return switch (this) {
			case PGEVENTS, PLAIN, VERTX, R2DBC, NG, LIBPQ -> true;
			case ANNOTATED, APPLICATION, SAME_SOCKET, SPRING_INTEGRATION -> false;
		};
	}

	/** How many events a second it can be expected to keep up with. */
	int fastest() {
		return (this == SPRING_INTEGRATION) ? 2000 : Integer.MAX_VALUE;
	}

	/** How many of its handlers get each event of a burst. */
	int calls() {
		return (this == APPLICATION) ? OtherHandlers.CALLS : 1;
	}

	/** What it is sent its notifications by. */
	Load load(BenchmarkServer server) throws SQLException {
		return (this == SPRING_INTEGRATION) ? new MessageTableLoad(server) : new Load(server);
	}

	String label() {
		return this.label;
	}

	/** A receiver, for a process of its own. */
	Receiver receiver() {
		return switch (this) {
			case PGEVENTS -> new BusReceiver();
			case ANNOTATED -> new AnnotatedReceiver(false);
			case APPLICATION -> new AnnotatedReceiver(true);
			case VERTX -> new VertxReceiver();
			case R2DBC -> new R2dbcReceiver();
			case NG -> new NgReceiver();
			case SPRING_INTEGRATION -> new SpringIntegrationReceiver();
			case PLAIN -> new PlainLoop();
			case SAME_SOCKET -> new SameSocketLoop();
			case LIBPQ -> throw new IllegalStateException("libpq is not received from by a JVM");
		};
	}

}
