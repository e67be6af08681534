#!/usr/bin/env bash
# Spring Data JDBC 4.1: upsert() writes @Version as the object has it, so that a stale copy turns it back and unlocks others.
#
# Versions: Spring Boot 4.1.2 (Spring Data JDBC 4.1.2, Spring Framework 7.0.10), H2 2.4.240, JDK 17.
# Guess:    upsert, which is new in 4.1, does with @Version what save does: a stale copy is refused; or it does not look at the
#           version, and counts it up, so that whoever has an older copy is refused afterwards.
# Seen:     Neither. It overwrites, and sets the version to that of the copy: it goes back from 2 to 0. After that a third, as
#           stale, copy is saved without an error, though save has checked, and the copy that was up to date is refused. A
#           row that upsert inserts has no version: what is loaded of it counts as new, and save fails, since it inserts.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencyManagement>
    <dependencies>
      <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId><version>4.1.2</version><type>pom</type><scope>import</scope></dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jdbc</artifactId></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.data.annotation.Id;
import org.springframework.data.annotation.Version;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.jdbc.core.JdbcTemplate;

@EnableAutoConfiguration
public class Finding {

	@Table("STOCK")
	public record Stock(@Id String id, int pieces, @Version Integer version) {

		Stock with(int pieces) {
			return new Stock(this.id, pieces, this.version);
		}

	}

	private static JdbcTemplate jdbc;

	public static void main(String[] args) {
		ConfigurableApplicationContext context = SpringApplication.run(Finding.class, "--spring.main.banner-mode=off",
				"--logging.level.root=off");
		jdbc = context.getBean(JdbcTemplate.class);
		jdbc.execute("CREATE TABLE STOCK (ID varchar PRIMARY KEY, PIECES int, VERSION int)");
		JdbcAggregateOperations operations = context.getBean(JdbcAggregateOperations.class);
		operations.save(new Stock("apples", 10, null));
		Stock first = operations.findById("apples", Stock.class);
		Stock second = operations.findById("apples", Stock.class);
		Stock third = operations.findById("apples", Stock.class);
		Stock latest = operations.save(operations.save(first.with(9)).with(8));
		tell("saved three times", () -> {
		});
		tell("save of a stale copy", () -> operations.save(second.with(7)));
		tell("upsert of that", () -> operations.upsert(second.with(7)));
		tell("save of another stale copy", () -> operations.save(third.with(6)));
		tell("save of the copy that was the latest", () -> operations.save(latest.with(5)));
		jdbc.update("DELETE FROM STOCK");
		tell("upsert of a new one", () -> operations.upsert(new Stock("pears", 10, null)));
		tell("save of what is loaded", () -> operations.save(operations.findById("pears", Stock.class).with(9)));
		context.close();
	}

	private static void tell(String what, Runnable action) {
		String how = "";
		try {
			action.run();
		}
		catch (DataAccessException ex) {
			how = ex.getClass().getSimpleName() + ", ";
		}
		System.out.println(what + ": " + how + jdbc.queryForObject("SELECT ID || ' ' || PIECES || ', version '"
				+ " || COALESCE(VERSION || '', 'null') FROM STOCK", String.class));
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='saved three times: apples 8, version 2
save of a stale copy: OptimisticLockingFailureException, apples 8, version 2
upsert of that: apples 7, version 0
save of another stale copy: apples 6, version 1
save of the copy that was the latest: OptimisticLockingFailureException, apples 6, version 1
upsert of a new one: pears 10, version null
save of what is loaded: DuplicateKeyException, pears 10, version null'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
