package dev.pgevents.benchmarks.peers;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;

import org.springframework.jdbc.core.JdbcTemplate;

/** db-scheduler: a task of its own for each. Tuned: told at once, locks and fetches. */
final class DbSchedulerPeer implements Peer {

	private static final String TABLES = """
			DROP TABLE IF EXISTS scheduled_tasks;
			CREATE TABLE scheduled_tasks (task_name text NOT NULL, task_instance text NOT NULL, task_data bytea,
				execution_time timestamptz, picked boolean NOT NULL, picked_by text, last_success timestamptz,
				last_failure timestamptz, consecutive_failures integer, last_heartbeat timestamptz,
				version bigint NOT NULL, priority smallint, state text, PRIMARY KEY (task_name, task_instance));
			CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
			CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
			CREATE INDEX priority_execution_time_idx ON scheduled_tasks (priority DESC, execution_time ASC);
			""";

	private final AtomicLong ids = new AtomicLong();

	private final boolean tuned;

	private final OneTimeTask<Work> task;

	private final Scheduler scheduler;

	DbSchedulerPeer(Effect effect, boolean tuned) {
		this.tuned = tuned;
		new JdbcTemplate(effect.dataSource()).execute(TABLES);
		this.task = Tasks.oneTime("work", Work.class).execute((instance, context) -> effect.handle(instance.getData()));
		SchedulerBuilder builder = Scheduler.create(effect.dataSource(), this.task);
		if (tuned) {
			builder.pollingInterval(pause()).threads(20).pollUsingLockAndFetch(0.5, 4).enableImmediateExecution();
		}
		this.scheduler = builder.shutdownMaxWait(Duration.ofSeconds(5)).build();
	}

	@Override
	public void publish(Work work) {
		this.scheduler.scheduleIfNotExists(this.task.instance(String.valueOf(this.ids.incrementAndGet()), work),
				Instant.now());
	}

	@Override
	public void start() {
		this.scheduler.start();
	}

	@Override
	public Duration pause() {
		return this.tuned ? Duration.ofSeconds(1) : SchedulerBuilder.DEFAULT_POLLING_INTERVAL;
	}

	@Override
	public void close() {
		this.scheduler.stop();
	}

}
