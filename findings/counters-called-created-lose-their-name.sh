#!/usr/bin/env bash
# Micrometer exports a counter orders.created to Prometheus as orders_total, and drops a counter orders beside it.
#
# Versions: micrometer-registry-prometheus 1.17.2 with the Prometheus client that it brings, JDK 17.
# Guess:    orders.created becomes orders_created_total, and has nothing to do with a counter called orders.
# Seen:     "_created", "_info" and "_total" are suffixes of the format and cut off, also where they are words of the
#           name: orders.created is exported as orders_total. A counter orders is not exported beside it, nor the other
#           way round: which of the two is there depends on which was registered first. A gauge orders.created is
#           exported as orders.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.micrometer</groupId><artifactId>micrometer-registry-prometheus</artifactId><version>1.17.2</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

class Finding {

	public static void main(String[] args) {
		tell("orders.created");
		tell("orders.created", "orders");
		tell("orders", "orders.created");
		tell("orders.cancelled", "orders.info");
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		registry.gauge("orders.created", 7);
		System.out.println("gauge orders.created: " + lines(registry));
	}

	private static void tell(String... names) {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		for (int i = 0; i < names.length; i++) {
			registry.counter(names[i]).increment(i + 1);
		}
		System.out.println("counters " + String.join(", ", names) + ": " + lines(registry));
	}

	private static String lines(PrometheusMeterRegistry registry) {
		return String.join(", ", registry.scrape().lines().filter((line) -> !line.startsWith("#")).sorted().toList());
	}

}
JAVA
seen=$(java -cp 'jars/*' Finding.java 2>/dev/null)
echo "$seen"
expected='counters orders.created: orders_total 1.0
counters orders.created, orders: orders_total 1.0
counters orders, orders.created: orders_total 1.0
counters orders.cancelled, orders.info: orders_cancelled_total 1.0, orders_total 2.0
gauge orders.created: orders 7.0'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
