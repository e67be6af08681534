package dev.pgevents.benchmarks.peers;

import java.time.Duration;

import org.jobrunr.configuration.JobRunr;
import org.jobrunr.configuration.JobRunrConfiguration;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.utils.mapper.gson.GsonJsonMapper;

import org.springframework.jdbc.core.JdbcTemplate;

/** JobRunr: a job for each. Tuned: looks as often as its manual allows, 20 workers. */
final class JobRunrPeer implements Peer {

	private static final String ABANDONED = """
			DO $$ DECLARE name text; BEGIN
				FOR name IN SELECT tablename FROM pg_tables WHERE tablename IN ('jobrunr_jobs',
						'jobrunr_backgroundjobservers') LOOP
					EXECUTE 'TRUNCATE ' || name;
				END LOOP;
			END $$""";

	private final boolean tuned;

	private final JobRequestScheduler scheduler;

	private final BackgroundJobServer server;

	JobRunrPeer(Effect effect, boolean tuned) {
		this.tuned = tuned;
		new JdbcTemplate(effect.dataSource()).execute(ABANDONED);
		BackgroundJobServerConfiguration workers = BackgroundJobServerConfiguration
			.usingStandardBackgroundJobServerConfiguration();
		if (tuned) {
			workers.andPollInterval(pause()).andWorkerCount(20);
		}
		JobRunrConfiguration configuration = JobRunr.configure()
			.useJsonMapper(new GsonJsonMapper())
			.useStorageProvider(SqlStorageProviderFactory.using(effect.dataSource()))
			.useJobActivator(new Activator(new Handler(effect)))
			.useBackgroundJobServer(workers, false);
		this.scheduler = configuration.initialize().getJobRequestScheduler();
		this.server = JobRunr.getBackgroundJobServer();
	}

	@Override
	public void publish(Work work) {
		this.scheduler.enqueue(new Request(work.app(), work.number()));
	}

	@Override
	public void start() {
		this.server.start();
	}

	@Override
	public Duration pause() {
		return Duration.ofSeconds(this.tuned ? 5 : 15);
	}

	@Override
	public void close() {
		JobRunr.destroy();
	}

	/**
	 * What JobRunr keeps as JSON. Public for JobRunr alone.
	 *
	 * @param app whose it is
	 * @param number its number
	 */
	public record Request(String app, long number) implements JobRequest {

		@Override
		public Class<Handler> getJobRequestHandler() {
			return Handler.class;
		}

	}

	/** What JobRunr calls. Public for JobRunr alone. */
	public static final class Handler implements JobRequestHandler<Request> {

		private final Effect effect;

		Handler(Effect effect) {
			this.effect = effect;
		}

		@Override
		public void run(Request request) {
			this.effect.handle(new Work(request.app(), request.number()));
		}

	}

	private record Activator(Handler handler) implements JobActivator {

		@Override
		public <T> T activateJob(Class<T> type) {
			return type.cast(this.handler);
		}

	}

}
