package dev.pgevents.benchmarks.peers;

import java.util.Objects;

import javax.sql.DataSource;

import dev.pgevents.postgres.JacksonPayloadCodec;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.modulith.events.IncompleteEventPublications;
import org.springframework.modulith.events.ResubmissionOptions;
import org.springframework.modulith.events.core.EventSerializer;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Spring Modulith's registry of publications, which is of one process. What waits is what
 * its listener has refused. Tuned: deletes what is done.
 */
final class ModulithPeer implements Peer {

	private final ConfigurableApplicationContext context;

	private final TransactionTemplate transaction;

	private final Switch listening;

	ModulithPeer(Effect effect, boolean tuned) {
		new JdbcTemplate(effect.dataSource()).execute("DROP TABLE IF EXISTS event_publication");
		this.listening = new Switch(effect);
		ApplicationContextInitializer<GenericApplicationContext> beans = (beansOf) -> {
			beansOf.registerBean(DataSource.class, effect::dataSource);
			beansOf.registerBean(Switch.class, () -> this.listening);
		};
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.initializers(beans)
			.properties("spring.main.banner-mode=off", "logging.level.root=off", "events.enabled=false",
					"spring.modulith.events.jdbc.schema-initialization.enabled=true",
					"spring.modulith.events.completion-mode=" + (tuned ? "delete" : "update"))
			.run();
		this.transaction = new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class));
	}

	@Override
	public void publish(Work work) {
		this.transaction.executeWithoutResult((status) -> this.context.publishEvent(work));
	}

	@Override
	public void start() throws InterruptedException {
		JdbcTemplate jdbc = this.context.getBean(JdbcTemplate.class);
		while (count(jdbc, "status IN ('PUBLISHED', 'PROCESSING')") > 0) {
			Thread.sleep(10); // until all that waits has been refused
		}
		int waiting = count(jdbc, "completion_date IS NULL");
		this.listening.on = true;
		if (waiting > 0) {
			this.context.getBean(IncompleteEventPublications.class)
				.resubmitIncompletePublications(ResubmissionOptions.defaults().withBatchSize(waiting));
		}
	}

	private static int count(JdbcTemplate jdbc, String where) {
		Integer count = jdbc.queryForObject("SELECT count(*) FROM event_publication WHERE " + where, Integer.class);
		return (count != null) ? count : 0;
	}

	@Override
	public void close() {
		this.context.close();
	}

	/** Whether the listener does its work. */
	static final class Switch {

		private final Effect effect;

		private volatile boolean on;

		Switch(Effect effect) {
			this.effect = effect;
		}

		void handle(Work work) {
			if (!this.on) {
				throw new IllegalStateException("not now");
			}
			this.effect.handle(work);
		}

	}

	/** What Modulith calls. */
	static class Listener {

		private final Switch listening;

		Listener(Switch listening) {
			this.listening = listening;
		}

		@ApplicationModuleListener
		public void on(Work work) {
			this.listening.handle(work);
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Listener listener(Switch listening) {
			return new Listener(listening);
		}

		@Bean
		EventSerializer eventSerializer() {
			return new Json();
		}

	}

	private static final class Json implements EventSerializer {

		private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

		@Override
		public Object serialize(Object event) {
			return this.codec.toJson(event);
		}

		@Override
		public <T> T deserialize(Object serialized, Class<T> type) {
			T event = this.codec.fromJson((String) serialized, type);
			return Objects.requireNonNull(event, "event");
		}

	}

}
