#!/usr/bin/env bash
# Spring: AFTER_COMMIT listeners hear of a NESTED transaction that was rolled back; Modulith has no entry for it.
#
# Versions: Spring Framework 7.0.10, Spring Modulith 2.1.1 (events-jdbc), Spring Boot 4.1.1, H2 2.4.240, JDK 17.
# Guess:    The nested transaction has failed, so that its event is dropped with its row, and an AFTER_ROLLBACK
#           listener is called; with Modulith's registry all the more, since it writes each publication down first.
# Seen:     The rollback is one to a savepoint, which no listener's synchronization is told of: BEFORE_COMMIT and
#           AFTER_COMMIT listeners are called for both events as the outer transaction commits, AFTER_ROLLBACK is not.
#           Modulith's entry for the inner event is gone with the savepoint while its listener is called all the same:
#           were that to fail, nothing would be there to send again. (REQUIRES_NEW does what was guessed.)
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
      <dependency><groupId>org.springframework</groupId><artifactId>spring-framework-bom</artifactId><version>7.0.10</version><type>pom</type><scope>import</scope></dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <dependency><groupId>org.springframework.modulith</groupId><artifactId>spring-modulith-events-jdbc</artifactId><version>2.1.1</version></dependency>
    <dependency><groupId>org.springframework.modulith</groupId><artifactId>spring-modulith-events-jackson</artifactId><version>2.1.1</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

@EnableAutoConfiguration
public class Finding {

	public record Ordered(String what) {
	}

	private static final List<String> heard = new ArrayList<>();

	@Bean
	DataSource dataSource() {
		return new DriverManagerDataSource("jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1");
	}

	@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
	public void before(Ordered event) {
		heard.add("before commit " + event.what());
	}

	@TransactionalEventListener
	public void after(Ordered event) {
		heard.add("after commit " + event.what());
	}

	@TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
	public void rollback(Ordered event) {
		heard.add("after rollback " + event.what());
	}

	public static void main(String[] args) {
		ConfigurableApplicationContext context = SpringApplication.run(Finding.class, "--spring.main.banner-mode=off",
				"--spring.modulith.events.jdbc.schema-initialization.enabled=true");
		JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
		jdbc.execute("CREATE TABLE orders (what varchar)");
		PlatformTransactionManager manager = context.getBean(PlatformTransactionManager.class);
		TransactionTemplate outer = new TransactionTemplate(manager);
		TransactionTemplate inner = new TransactionTemplate(manager);
		for (int propagation : new int[] { TransactionDefinition.PROPAGATION_NESTED,
				TransactionDefinition.PROPAGATION_REQUIRES_NEW }) {
			inner.setPropagationBehavior(propagation);
			outer.executeWithoutResult((status) -> {
				order(context, jdbc, "outer");
				try {
					inner.executeWithoutResult((nested) -> {
						order(context, jdbc, "inner");
						throw new IllegalStateException("out of stock");
					});
				}
				catch (IllegalStateException ex) {
					// the order goes on without
				}
			});
			System.out.println(((propagation == TransactionDefinition.PROPAGATION_NESTED) ? "NESTED" : "REQUIRES_NEW")
					+ ": rows " + jdbc.queryForList("SELECT what FROM orders", String.class) + "; heard " + heard
					+ "; entries " + jdbc.queryForList("SELECT DISTINCT serialized_event FROM event_publication ORDER BY 1", String.class));
			heard.clear();
			jdbc.update("DELETE FROM orders");
			jdbc.update("DELETE FROM event_publication");
		}
		context.close();
	}

	private static void order(ConfigurableApplicationContext context, JdbcTemplate jdbc, String what) {
		jdbc.update("INSERT INTO orders VALUES (?)", what);
		context.publishEvent(new Ordered(what));
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' finding.Finding)
echo "$seen"
expected='NESTED: rows [outer]; heard [before commit outer, before commit inner, after commit outer, after commit inner]; entries [{"what":"outer"}]
REQUIRES_NEW: rows [outer]; heard [after rollback inner, before commit outer, after commit outer]; entries [{"what":"outer"}]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
