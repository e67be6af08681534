#!/usr/bin/env bash
# H2: an index on the column of WHERE makes LIMIT 1 FOR UPDATE SKIP LOCKED lock all matching rows: others find none.
#
# Versions: H2 2.4.240 (MODE=PostgreSQL and without), JDK 17.
# Guess:    As in PostgreSQL, for which such tests stand in, the first worker of an outbox locks the one row that LIMIT
#           leaves it, and the second gets the next; an index changes the speed only.
# Seen:     That holds as long as H2 reads by the primary key, in the order of ORDER BY. With an index that begins with the
#           column of WHERE it reads by that one, locks each row that it reads, sorts, and cuts off to LIMIT last: the
#           second worker gets no row as long as the first one's transaction lasts, without an error. An index on (state,
#           id), made for just this statement, does the same. A test with one worker, or without the index, shows
#           nothing.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

public class Finding {

	private static final String TAKE = "SELECT id FROM outbox WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";

	public static void main(String[] args) throws SQLException {
		for (String mode : new String[] { "", ";MODE=PostgreSQL" }) {
			for (String index : new String[] { "", "(state)", "(state, id)" }) {
				try (Connection first = DriverManager.getConnection("jdbc:h2:mem:finding" + mode);
						Connection second = DriverManager.getConnection("jdbc:h2:mem:finding" + mode)) {
					first.createStatement().execute("CREATE TABLE outbox (id int PRIMARY KEY, state varchar(10))");
					first.createStatement().execute("INSERT INTO outbox SELECT x, 'new' FROM system_range(1, 10)");
					if (!index.isEmpty()) {
						first.createStatement().execute("CREATE INDEX by_state ON outbox " + index);
					}
					first.setAutoCommit(false);
					second.setAutoCommit(false);
					System.out.println("index " + (index.isEmpty() ? "none" : index) + ": first " + take(first) + ", second "
							+ take(second));
				}
			}
		}
	}

	private static List<Integer> take(Connection connection) throws SQLException {
		List<Integer> taken = new ArrayList<>();
		try (ResultSet rows = connection.createStatement().executeQuery(TAKE)) {
			while (rows.next()) {
				taken.add(rows.getInt(1));
			}
		}
		return taken;
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='index none: first [1], second [2]
index (state): first [1], second []
index (state, id): first [1], second []
index none: first [1], second [2]
index (state): first [1], second []
index (state, id): first [1], second []'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
