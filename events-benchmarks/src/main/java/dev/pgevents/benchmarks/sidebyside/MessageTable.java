package dev.pgevents.benchmarks.sidebyside;

import java.sql.SQLException;

import javax.sql.DataSource;

import dev.pgevents.benchmarks.BenchmarkServer;

import org.springframework.core.io.ClassPathResource;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.integration.jdbc.store.channel.PostgresChannelMessageStoreQueryProvider;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The table of Spring Integration, with the trigger that its manual asks for.
 */
final class MessageTable {

	static final String GROUP = "benchmark";

	private static final String TRIGGER = """
			CREATE FUNCTION int_channel_message_notify_fct() RETURNS TRIGGER AS $$
			BEGIN
				PERFORM pg_notify('int_channel_message_notify', NEW.region || ' ' || NEW.group_key);
				RETURN NEW;
			END;
			$$ LANGUAGE plpgsql;
			CREATE TRIGGER int_channel_message_notify_trg AFTER INSERT ON int_channel_message
				FOR EACH ROW EXECUTE PROCEDURE int_channel_message_notify_fct();
			""";

	private MessageTable() {
	}

	static void create(BenchmarkServer server) throws SQLException {
		server.execute("DROP TABLE IF EXISTS int_channel_message; "
				+ "DROP FUNCTION IF EXISTS int_channel_message_notify_fct()");
		ResourceDatabasePopulator schema = new ResourceDatabasePopulator(
				new ClassPathResource("org/springframework/integration/jdbc/schema-postgresql.sql"));
		schema.setContinueOnError(true);
		schema.execute(new DriverManagerDataSource(server.url()));
		server.execute(TRIGGER);
	}

	static JdbcChannelMessageStore store(DataSource dataSource) {
		JdbcChannelMessageStore store = new JdbcChannelMessageStore(dataSource);
		store.setChannelMessageStoreQueryProvider(new PostgresChannelMessageStoreQueryProvider());
		store.afterPropertiesSet();
		return store;
	}

}
