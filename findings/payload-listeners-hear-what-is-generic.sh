#!/usr/bin/env bash
# Spring: @EventListener of PayloadApplicationEvent<Sale> is called for each List, Map, Optional or generic record, too.
#
# Versions: Spring Framework 7.0.10 (spring-context), JDK 17.
# Guess:    publishEvent(object) wraps what is no ApplicationEvent into a PayloadApplicationEvent of its type: a method with
#           PayloadApplicationEvent<Sale>, for its time or source, hears of what a method with Sale hears of, and an
#           ApplicationListener<PayloadApplicationEvent<Sale>> does, too. If it were ever given another payload, the
#           ClassCastException would be seen.
# Seen:     A payload whose class has type parameters leaves them open, so that for methods the type of the whole event counts
#           as open, and only its class is compared: the method is called for a Changed<Customer>, an ArrayList, a Map, an
#           Optional, and counts or logs them. It ends at getPayload() with a ClassCastException, which Spring takes for that
#           of a lambda whose type it does not know, and drops: neither the publisher nor the log is told. The listener
#           that is a bean is called for sales only. A method with Changed<Sale> or List<Sale> hears none at all.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework</groupId><artifactId>spring-context</artifactId><version>7.0.10</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

public class Finding {

	public record Sale(int id) {
	}

	public record Customer(String name) {
	}

	public record Changed<T>(T what) {
	}

	static final List<String> called = new ArrayList<>();

	public static class Methods {

		@EventListener
		@Order(1)
		void sale(Sale sale) {
			called.add("Sale");
		}

		@EventListener
		@Order(2)
		void changed(Changed<Sale> changed) {
			called.add("Changed<Sale>");
		}

		@EventListener
		@Order(3)
		void list(List<Sale> list) {
			called.add("List<Sale>");
		}

		@EventListener
		@Order(4)
		void payload(PayloadApplicationEvent<Sale> event) {
			called.add("PayloadApplicationEvent<Sale> is called");
			called.add("has sale " + event.getPayload().id());
		}

		@EventListener
		@Order(6)
		void any(Object event) {
			called.add("Object");
		}

	}

	@Order(5)
	public static class Bean implements ApplicationListener<PayloadApplicationEvent<Sale>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<Sale> event) {
			called.add("ApplicationListener is called");
			called.add("has sale " + event.getPayload().id());
		}

	}

	public static void main(String[] args) {
		Object[] payloads = { new Sale(1), new Customer("Ann"), "a text", new Sale[0], new Changed<>(new Sale(1)),
				new Changed<>(new Customer("Ann")), new ArrayList<>(List.of(new Sale(1))), Map.of("name", "Ann"),
				Optional.of("Ann") };
		for (Class<?> listener : new Class<?>[] { Methods.class, Bean.class }) {
			AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(listener);
			System.out.println(listener.getSimpleName());
			for (Object payload : payloads) {
				called.clear();
				context.publishEvent(payload);
				System.out.println("  " + (payload instanceof Map ? "Map" : payload.getClass().getSimpleName()) + ": "
						+ (called.isEmpty() ? "none" : String.join(", ", called)));
			}
			context.close();
		}
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding 2>&1)
echo "$seen"
expected='Methods
  Sale: Sale, PayloadApplicationEvent<Sale> is called, has sale 1, Object
  Customer: Object
  String: Object
  Sale[]: Object
  Changed: PayloadApplicationEvent<Sale> is called, Object
  Changed: PayloadApplicationEvent<Sale> is called, Object
  ArrayList: PayloadApplicationEvent<Sale> is called, Object
  Map: PayloadApplicationEvent<Sale> is called, Object
  Optional: PayloadApplicationEvent<Sale> is called, Object
Bean
  Sale: ApplicationListener is called, has sale 1
  Customer: none
  String: none
  Sale[]: none
  Changed: none
  Changed: none
  ArrayList: none
  Map: none
  Optional: none'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
