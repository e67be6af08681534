package dev.pgevents.benchmarks.peers;

import java.util.function.Consumer;

import com.zaxxer.hikari.HikariDataSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What handling does: a row, in the transaction of the peer if it has one of Spring's.
 * Thread-safe.
 */
final class Effect implements AutoCloseable {

	/** Of connections, where a peer is tuned: for its threads and those that publish. */
	private static final int TUNED = 20;

	private final HikariDataSource dataSource = new HikariDataSource();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);

	private final Consumer<Work> committed;

	Effect(String url, boolean tuned, Consumer<Work> committed) {
		this.dataSource.setJdbcUrl(url);
		if (tuned) {
			this.dataSource.setMaximumPoolSize(TUNED);
		}
		this.committed = committed;
	}

	HikariDataSource dataSource() {
		return this.dataSource;
	}

	void handle(Work work) {
		this.jdbc.update("INSERT INTO bench_effects (app, number) VALUES (?, ?)", work.app(), work.number());
		if (!TransactionSynchronizationManager.isSynchronizationActive()) {
			this.committed.accept(work);
			return;
		}
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				Effect.this.committed.accept(work);
			}

		});
	}

	@Override
	public void close() {
		this.dataSource.close();
	}

}
