#!/usr/bin/env bash
# jOOQ calls TransactionListener.commitEnd for a nested transaction, which is a savepoint and may still be rolled back.
#
# Versions: jOOQ 3.19.27, H2 2.4.240, JDK 17.
# Guess:    commitEnd says that the transaction has been committed: once, after the COMMIT, and never for what is rolled
#           back in the end; for a nested transaction nothing is said, or only with the outer one.
# Seen:     commitEnd is called as the nested block ends, before anything is committed: another connection sees no row
#           yet. The outer transaction then fails, and both rows are gone, but the commit was told of. So what is sent
#           from commitEnd is right only where no transaction is nested.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.jooq</groupId><artifactId>jooq</artifactId><version>3.19.27</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
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

import org.h2.jdbcx.JdbcDataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.TransactionListener;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;

public class Finding {

	private static final String URL = "jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1";

	private static final List<String> heard = new ArrayList<>();

	public static void main(String[] args) {
		JdbcDataSource dataSource = new JdbcDataSource();
		dataSource.setURL(URL);
		DefaultConfiguration configuration = new DefaultConfiguration();
		configuration.setDataSource(dataSource);
		configuration.setSQLDialect(SQLDialect.H2);
		configuration.setTransactionListener(TransactionListener.onCommitEnd((context) -> heard.add("commitEnd with rows " + rows())));
		DSLContext dsl = DSL.using(configuration);
		dsl.execute("CREATE TABLE orders (what varchar)");
		for (boolean fails : new boolean[] { false, true }) {
			heard.clear();
			try {
				dsl.transaction((outer) -> {
					outer.dsl().execute("INSERT INTO orders VALUES ('outer')");
					outer.dsl().transaction((inner) -> inner.dsl().execute("INSERT INTO orders VALUES ('inner')"));
					if (fails) {
						throw new IllegalStateException("out of stock");
					}
				});
			}
			catch (IllegalStateException ex) {
				heard.add("rolled back");
			}
			System.out.println(heard + ", rows " + rows());
			dsl.execute("DELETE FROM orders");
		}
	}

	private static int rows() {
		try (Connection connection = DriverManager.getConnection(URL);
				ResultSet rows = connection.createStatement().executeQuery("SELECT count(*) FROM orders")) {
			rows.next();
			return rows.getInt(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -Dorg.jooq.no-logo=true -Dorg.jooq.no-tips=true -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='[commitEnd with rows 0, commitEnd with rows 2], rows 2
[commitEnd with rows 0, rolled back], rows 0'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
