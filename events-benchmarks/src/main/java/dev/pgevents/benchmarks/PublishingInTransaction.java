package dev.pgevents.benchmarks;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.benchmarks.peers.Peers;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * How long a transaction of Spring's takes that publishes some events, from the first of
 * them to its commit, beside one without events and beside what one would write by hand
 * with texts that are there already. Nobody listens. Options: {@code rounds},
 * {@code millis} of each case, {@code events} (10), {@code out}, {@code url}.
 */
public final class PublishingInTransaction {

	private static final EventType TYPE = EventType.of("bench.published");

	private static final String APP = "0x5112cF49F2511ac7b13A032c4c62A48410FC28Fb";

	private final int millis;

	private final List<String> texts;

	private final TransactionTemplate transaction;

	private final JdbcTemplate jdbc;

	private final Publisher publisher;

	private PublishingInTransaction(ConfigurableApplicationContext context, Options options) {
		this.millis = options.number("millis", 3000);
		this.texts = IntStream.range(0, options.number("events", 10)).mapToObj(PublishingInTransaction::text).toList();
		this.transaction = context.getBean(TransactionTemplate.class);
		this.jdbc = context.getBean(JdbcTemplate.class);
		this.publisher = context.getBean(Publisher.class);
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		try (BenchmarkServer server = BenchmarkServer.start(options);
				ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
					.properties("spring.datasource.url=" + server.url(), "spring.main.banner-mode=off",
							Peers.WITHOUT_MODULITH)
					.run()) {
			System.out.println(server.describe());
			PublishingInTransaction cases = new PublishingInTransaction(context, options);
			cases.run(new Table("for the compiler"));
			Table table = new Table("transaction");
			for (int round = 0; round < options.number("rounds", 3); round++) {
				cases.run(table);
			}
			new Results(options).text("publishing-in-transaction.md", table.markdown());
		}
	}

	private void run(Table table) throws Exception {
		measure(table, "a statement, no event", () -> this.jdbc.queryForObject("SELECT 1", Integer.class));
		measure(table, "publish, one by one", () -> this.texts.forEach((text) -> this.publisher.publish(event())));
		measure(table, "publishAll",
				() -> this.publisher.publishAll(this.texts.stream().map((text) -> event()).toList()));
		measure(table, "pg_notify by hand, one by one",
				() -> this.texts.forEach((text) -> this.jdbc.query("SELECT pg_notify('events', ?)", (row) -> {
				}, text)));
		measure(table, "pg_notify by hand, one statement",
				() -> this.jdbc.query("SELECT pg_notify('events', t) FROM ("
						+ String.join(" UNION ALL ",
								Stream.generate(() -> "SELECT ?::text").limit(this.texts.size()).toList())
						+ ") AS texts(t)", (row) -> {
						}, this.texts.toArray()));
	}

	private void measure(Table table, String row, Runnable work) throws Exception {
		Load load = Load.run(1, this.millis, (thread) -> this.transaction.executeWithoutResult((status) -> work.run()));
		table.add(row, "p50 us", load.latency().getValueAtPercentile(50) / 1e3);
		table.add(row, "p99 us", load.latency().getValueAtPercentile(99) / 1e3);
	}

	private static Event event() {
		return Event.of(TYPE, APP, new Payload(System.nanoTime(), 1));
	}

	/** Each of its own, for the server drops what it has already in a transaction. */
	private static String text(int number) {
		return "{\"id\":\"01993b7e-9f3a-7c52-8c31-" + String.format("%012x", number) + "\",\"type\":\"" + TYPE.value()
				+ "\",\"app_id\":\"" + APP + "\",\"timestamp\":\"2026-11-24T10:00:00.123456Z\","
				+ "\"payload\":{\"sent\":1764000000000000000,\"number\":1}}";
	}

	record Payload(long sent, long number) {

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
