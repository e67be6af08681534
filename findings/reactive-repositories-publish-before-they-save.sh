#!/usr/bin/env bash
# Spring Data R2DBC publishes the domain events of save() when its Mono is made, before and without any INSERT.
#
# Versions: Spring Boot 4.1.2 (Spring Data R2DBC and Commons 4.1.2, Spring Framework 7.0.10), r2dbc-h2 1.1.0.RELEASE,
#           H2 2.4.240, JDK 17.
# Guess:    Reactive repositories know no domain events, or publish them once the Mono has saved the aggregate; a Mono that
#           nobody subscribes to does nothing, one that fails has no events.
# Seen:     The call of save() publishes, in the thread that calls it: there is no row yet, and, where nobody subscribes,
#           never one. The events of an order that the database then refuses have long been sent, and the aggregate has
#           been cleared of them, so that a second save() sends none. For such aggregates saveAll(Publisher) cannot be
#           called at all: it fails with a ClassCastException, and works without events.
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
    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-r2dbc</artifactId></dependency>
    <dependency><groupId>io.r2dbc</groupId><artifactId>r2dbc-h2</artifactId></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.data.annotation.Id;
import org.springframework.data.domain.AbstractAggregateRoot;
import org.springframework.data.r2dbc.repository.config.EnableR2dbcRepositories;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.reactive.ReactiveCrudRepository;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@EnableAutoConfiguration
@EnableR2dbcRepositories(considerNestedRepositories = true)
public class Finding {

	public record Placed(String what) {
	}

	@Table("ORDERS")
	public static class Order extends AbstractAggregateRoot<Order> {

		@Id
		Long id;

		String what;

		Order(String what) {
			this.what = what;
			registerEvent(new Placed(what));
		}

	}

	@Table("ORDERS")
	public static class Plain {

		@Id
		Long id;

		String what;

		Plain(String what) {
			this.what = what;
		}

	}

	public interface Orders extends ReactiveCrudRepository<Order, Long> {

	}

	public interface Plains extends ReactiveCrudRepository<Plain, Long> {

	}

	private final List<Placed> heard = new ArrayList<>();

	@EventListener
	public void on(Placed event) {
		this.heard.add(event);
	}

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(Finding.class, "--spring.main.banner-mode=off",
				"--logging.level.root=OFF", "--spring.r2dbc.url=r2dbc:h2:mem:///finding;DB_CLOSE_DELAY=-1")) {
			context.getBean(DatabaseClient.class)
				.sql("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what varchar UNIQUE)")
				.then()
				.block();
			Orders orders = context.getBean(Orders.class);
			List<Placed> heard = context.getBean(Finding.class).heard;
			Mono<Order> saving = orders.save(new Order("one"));
			System.out.println("not subscribed to: heard " + heard + ", rows " + orders.count().block());
			heard.clear();
			saving.block();
			System.out.println("subscribed to: heard " + heard + ", rows " + orders.count().block());
			Order same = new Order("one");
			run("refused", () -> orders.save(same).block());
			System.out.println("refused: heard " + heard + ", rows " + orders.count().block());
			heard.clear();
			same.what = "two";
			orders.save(same).block();
			System.out.println("saved again: heard " + heard + ", rows " + orders.count().block());
			run("saveAll(Flux) with events", () -> orders.saveAll(Flux.just(new Order("three"))).blockLast());
			run("saveAll(Flux) without", () -> context.getBean(Plains.class).saveAll(Flux.just(new Plain("three"))).blockLast().what);
		}
	}

	private static void run(String what, Callable<?> call) throws Exception {
		try {
			System.out.println(what + ": " + call.call());
		}
		catch (RuntimeException ex) {
			System.out.println(what + ": " + ex.getClass().getSimpleName());
		}
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='not subscribed to: heard [Placed[what=one]], rows 0
subscribed to: heard [], rows 1
refused: DuplicateKeyException
refused: heard [Placed[what=one]], rows 1
saved again: heard [], rows 2
saveAll(Flux) with events: ClassCastException
saveAll(Flux) without: three'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
