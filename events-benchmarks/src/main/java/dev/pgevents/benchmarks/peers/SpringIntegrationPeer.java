package dev.pgevents.benchmarks.peers;

import java.sql.DriverManager;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.postgresql.jdbc.PgConnection;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.integration.jdbc.channel.PostgresChannelMessageTableSubscriber;
import org.springframework.integration.jdbc.channel.PostgresSubscribableChannel;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.integration.jdbc.store.channel.PostgresChannelMessageStoreQueryProvider;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.support.GenericMessage;

/**
 * Spring Integration's channel over JDBC, told by notifications. Tuned: handles in the
 * transaction that takes the message, with eight threads.
 */
final class SpringIntegrationPeer implements Peer {

	private static final String GROUP = "benchmark";

	private static final String TRIGGER = """
			DROP TRIGGER IF EXISTS int_channel_message_notify_trg ON int_channel_message;
			TRUNCATE int_channel_message;
			CREATE OR REPLACE FUNCTION int_channel_message_notify_fct() RETURNS TRIGGER AS $$
			BEGIN
				PERFORM pg_notify('int_channel_message_notify', NEW.region || ' ' || NEW.group_key);
				RETURN NEW;
			END;
			$$ LANGUAGE plpgsql;
			CREATE TRIGGER int_channel_message_notify_trg AFTER INSERT ON int_channel_message
				FOR EACH ROW EXECUTE PROCEDURE int_channel_message_notify_fct();
			""";

	private static final int THREADS = 8;

	private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

	private final JdbcChannelMessageStore store;

	private final PostgresChannelMessageTableSubscriber subscriber;

	private final PostgresSubscribableChannel channel;

	private final MessageHandler handler;

	SpringIntegrationPeer(Effect effect, boolean tuned) {
		this.handler = (message) -> effect.handle(Work.of((String) message.getPayload()));
		ResourceDatabasePopulator schema = new ResourceDatabasePopulator(
				new ClassPathResource("org/springframework/integration/jdbc/schema-postgresql.sql"));
		schema.setContinueOnError(true);
		schema.execute(effect.dataSource());
		new JdbcTemplate(effect.dataSource()).execute(TRIGGER);
		this.store = new JdbcChannelMessageStore(effect.dataSource());
		this.store.setChannelMessageStoreQueryProvider(new PostgresChannelMessageStoreQueryProvider());
		this.store.afterPropertiesSet();
		String url = effect.dataSource().getJdbcUrl();
		this.subscriber = new PostgresChannelMessageTableSubscriber(
				() -> DriverManager.getConnection(url).unwrap(PgConnection.class));
		this.channel = new PostgresSubscribableChannel(this.store, GROUP, this.subscriber);
		if (tuned) {
			this.channel.setTransactionManager(new DataSourceTransactionManager(effect.dataSource()));
			this.channel.setDispatcherExecutor(this.executor);
		}
		this.channel.setBeanFactory(new DefaultListableBeanFactory());
		this.channel.afterPropertiesSet(); // sets the executor that it has by default
	}

	@Override
	public void publish(Work work) {
		this.store.addMessageToGroup(GROUP, new GenericMessage<>(work.text()));
	}

	@Override
	public void start() {
		this.subscriber.start();
		this.channel.subscribe(this.handler);
		for (int i = 0; i < THREADS; i++) {
			this.channel.notifyUpdate(); // for what waits
		}
	}

	@Override
	public void close() {
		// Else a thread that has fallen behind tries again for ever, and logs each time.
		this.channel.unsubscribe(this.handler);
		this.subscriber.stop();
		this.executor.shutdownNow();
	}

}
