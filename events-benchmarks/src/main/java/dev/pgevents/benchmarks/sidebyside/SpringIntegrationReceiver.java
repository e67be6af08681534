package dev.pgevents.benchmarks.sidebyside;

import java.sql.DriverManager;
import java.util.concurrent.Executors;

import com.zaxxer.hikari.HikariDataSource;
import org.postgresql.jdbc.PgConnection;

import org.springframework.core.task.support.TaskExecutorAdapter;
import org.springframework.integration.jdbc.channel.PostgresChannelMessageTableSubscriber;
import org.springframework.integration.jdbc.channel.PostgresSubscribableChannel;

/**
 * Spring Integration: notifications say that a table has messages, which are read and
 * deleted.
 */
final class SpringIntegrationReceiver implements Receiver {

	@Override
	public void start(String url, Recording recording) throws InterruptedException {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		PostgresChannelMessageTableSubscriber subscriber = new PostgresChannelMessageTableSubscriber(
				() -> DriverManager.getConnection(url).unwrap(PgConnection.class));
		subscriber.start();
		PostgresSubscribableChannel channel = new PostgresSubscribableChannel(MessageTable.store(pool),
				MessageTable.GROUP, subscriber);
		channel.setDispatcherExecutor(new TaskExecutorAdapter(Executors.newCachedThreadPool()));
		channel.subscribe((message) -> recording.received((String) message.getPayload()));
	}

	@Override
	public void listen(String channel) {
		throw new UnsupportedOperationException("it has one channel, whatever the subscriptions");
	}

}
