#!/usr/bin/env bash
# Spring Data JDBC: @DomainEvents of a new record sees no id, because the record from before save() is asked for them.
#
# Versions: Spring Boot 4.1.2 (Spring Data JDBC and Commons 4.1.2, Spring Framework 7.0.10), H2 2.4.240, JDK 17.
# Guess:    Events are drawn after the row has been saved, from the aggregate that save() returns: with its new id, as
#           from a class.
# Seen:     They are drawn after the INSERT, but from the argument of save(). A class has its id set in place, so that its
#           event has it. A record, or a class with final fields, is copied: the copy with the id is returned, the event
#           is made by the one without, and says id=null. saveAll does the same. An update has the id, so that only the
#           first event of each aggregate is wrong.
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

import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.data.annotation.Id;
import org.springframework.data.domain.DomainEvents;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.CrudRepository;
import org.springframework.jdbc.core.JdbcTemplate;

@EnableAutoConfiguration
@EnableJdbcRepositories(considerNestedRepositories = true)
public class Finding {

	public record Saved(Long id, String what) {
	}

	@Table("ORDERS")
	public record OrderRecord(@Id Long id, String what) {

		@DomainEvents
		Saved saved() {
			return new Saved(this.id, this.what);
		}

	}

	@Table("ORDERS")
	public static class OrderClass {

		@Id
		Long id;

		String what;

		OrderClass(String what) {
			this.what = what;
		}

		@DomainEvents
		Saved saved() {
			return new Saved(this.id, this.what);
		}

	}

	public interface Records extends CrudRepository<OrderRecord, Long> {

	}

	public interface Classes extends CrudRepository<OrderClass, Long> {

	}

	private final List<Saved> heard = new ArrayList<>();

	@EventListener
	public void on(Saved event) {
		this.heard.add(event);
	}

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(Finding.class, "--spring.main.banner-mode=off",
				"--logging.level.root=OFF", "--spring.datasource.url=jdbc:h2:mem:finding")) {
			context.getBean(JdbcTemplate.class)
				.execute("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what varchar)");
			List<Saved> heard = context.getBean(Finding.class).heard;
			OrderClass saved = context.getBean(Classes.class).save(new OrderClass("class"));
			System.out.println("returned id " + saved.id + ", heard " + heard);
			heard.clear();
			Records records = context.getBean(Records.class);
			OrderRecord record = records.save(new OrderRecord(null, "record"));
			System.out.println("returned id " + record.id() + ", heard " + heard);
			heard.clear();
			records.save(new OrderRecord(record.id(), "changed"));
			System.out.println("updated, heard " + heard);
			heard.clear();
			records.saveAll(List.of(new OrderRecord(null, "one"), new OrderRecord(null, "two")))
				.forEach((each) -> System.out.print("returned id " + each.id() + ", "));
			System.out.println("heard " + heard);
		}
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='returned id 1, heard [Saved[id=1, what=class]]
returned id 2, heard [Saved[id=null, what=record]]
updated, heard [Saved[id=2, what=changed]]
returned id 3, returned id 4, heard [Saved[id=null, what=one], Saved[id=null, what=two]]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
