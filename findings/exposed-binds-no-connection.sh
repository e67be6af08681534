#!/usr/bin/env bash
# In a transaction of Exposed's SpringTransactionManager Spring lends another connection: JdbcTemplate writes outside it.
#
# Versions: Exposed 0.61.0 (spring-transaction), Spring Framework 6.2.5, H2 2.3.232.
# Guess:    Like Spring's own managers it binds its connection for the DataSource, so that DataSourceUtils returns it.
# Seen:     The transaction is active, no connection is bound, the one that Spring lends is in auto-commit, and the row
#           that it inserted is there after the rollback; with DataSourceTransactionManager it is not.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.jetbrains.exposed</groupId><artifactId>spring-transaction</artifactId><version>0.61.0</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.3.232</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.sql.*;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jetbrains.exposed.spring.SpringTransactionManager;
import org.jetbrains.exposed.sql.DatabaseConfig;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.*;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.*;

public class Finding {

  public static void main(String[] args) {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1");
    new JdbcTemplate(database).execute("CREATE TABLE t (i int)");
    tell("Spring", database, new DataSourceTransactionManager(database));
    tell("Exposed", database, new SpringTransactionManager(database,
        DatabaseConfig.Companion.invoke(builder -> kotlin.Unit.INSTANCE), false));
  }

  static void tell(String name, DataSource database, PlatformTransactionManager manager) {
    JdbcTemplate jdbc = new JdbcTemplate(database);
    new TransactionTemplate(manager).executeWithoutResult(status -> {
      System.out.printf("%s: transaction active %b, connection bound %b, lent in auto-commit %b%n", name,
          TransactionSynchronizationManager.isActualTransactionActive(),
          TransactionSynchronizationManager.hasResource(database),
          jdbc.execute((Connection connection) -> connection.getAutoCommit()));
      jdbc.execute("INSERT INTO t VALUES (1)");
      status.setRollbackOnly();
    });
    System.out.println(name + ": rows after the rollback: "
        + jdbc.queryForObject("SELECT count(*) FROM t", Integer.class));
  }

}
JAVA
seen=$(javac -cp 'jars/*' Finding.java && java -cp 'jars/*:.' Finding)
echo "$seen"
expected='Spring: transaction active true, connection bound true, lent in auto-commit false
Spring: rows after the rollback: 0
Exposed: transaction active true, connection bound false, lent in auto-commit true
Exposed: rows after the rollback: 1'
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
