#!/usr/bin/env bash
# A TransactionException thrown by a synchronization's beforeCommit rolls nothing back: the row is committed.
#
# Versions: spring-jdbc and spring-tx 7.0.9, H2 2.4.240, JDK 17.
# Guess:    Whatever beforeCommit throws, the transaction is rolled back; which exception it is makes no difference.
# Seen:     An IllegalStateException rolls back. An UnexpectedRollbackException, or any other TransactionException,
#           is taken for that of a failed commit ("rollbackOnCommitFailure" is off by default), so that neither commit
#           nor rollback is called; setting the connection back to autocommit then commits the row. The caller sees
#           the exception, and the row is there.
# Needs Maven and a JDK; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework</groupId><artifactId>spring-jdbc</artifactId><version>7.0.9</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
  </dependencies>
</project>
XML
cat >Finding.java <<'JAVA'
import javax.sql.DataSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

public class Finding {

	public static void main(String[] args) {
		DataSource dataSource = new DriverManagerDataSource("jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1");
		JdbcTemplate jdbc = new JdbcTemplate(dataSource);
		jdbc.execute("CREATE TABLE t (id int)");
		System.out.println("IllegalStateException: " + rows(jdbc, dataSource, new IllegalStateException("refused")));
		System.out.println("TransactionException: " + rows(jdbc, dataSource, new UnexpectedRollbackException("refused")));
	}

	private static long rows(JdbcTemplate jdbc, DataSource dataSource, RuntimeException refusal) {
		jdbc.execute("DELETE FROM t");
		try {
			new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult((status) -> {
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
					@Override
					public void beforeCommit(boolean readOnly) {
						throw refusal;
					}
				});
				jdbc.update("INSERT INTO t VALUES (1)");
			});
			throw new AssertionError("no exception");
		}
		catch (RuntimeException ex) {
			return jdbc.queryForObject("SELECT count(*) FROM t", Long.class);
		}
	}

}
JAVA
mvn -q -ntp dependency:build-classpath -Dmdep.outputFile=classpath >/dev/null
seen=$(java -cp "$(cat classpath)" Finding.java 2>/dev/null | tr '\n' ';')
echo "rows: $seen"
[ "$seen" = "IllegalStateException: 0;TransactionException: 1;" ] || { echo "It has changed." >&2; exit 1; }
