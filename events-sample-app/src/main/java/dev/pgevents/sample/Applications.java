package dev.pgevents.sample;

import java.util.List;
import java.util.Map;

import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

import static java.util.stream.Collectors.toUnmodifiableMap;

/**
 * The active applications, read again whenever one of them changes. Every service has
 * them at hand.
 */
@Component
class Applications {

	private final JdbcClient jdbc;

	private volatile Map<String, Consensus> active;

	Applications(JdbcClient jdbc) {
		this.jdbc = jdbc;
		this.active = read(jdbc);
	}

	@SyncOnDomainEvent(types = "app.*", every = "30s")
	void read() {
		this.active = read(this.jdbc);
	}

	private static Map<String, Consensus> read(JdbcClient jdbc) {
		return jdbc.sql("SELECT id, consensus FROM application WHERE active")
			.query((row, number) -> Map.entry(row.getString(1), Consensus.valueOf(row.getString(2))))
			.list()
			.stream()
			.collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
	}

	/** The ids of all active applications. */
	List<String> active() {
		return this.active.keySet().stream().sorted().toList();
	}

	/** The ids of the active applications of a consensus. */
	List<String> active(Consensus consensus) {
		return active().stream().filter((app) -> is(app, consensus)).toList();
	}

	/** Whether an application is active and of a consensus. */
	boolean is(String app, Consensus consensus) {
		return this.active.get(app) == consensus;
	}

}
