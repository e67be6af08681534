#!/usr/bin/env bash
# Jackson: a record with @JsonUnwrapped and @JsonAnySetter components cannot be read as soon as a field is unknown.
#
# Versions: jackson-databind 2.21.7 and 3.1.7, JDK 17.
# Guess:    A record for events of newer senders, with the common fields unwrapped and a map for unknown ones, reads both:
#           the map has what no other component takes. Each of the two works in a record alone, and both in a class.
# Seen:     Jackson 3 reads it while nothing is unknown (and the map is null then, not empty as without the unwrapped
#           part). The first unknown field fails with a ClassCastException: the record "cannot be cast to class
#           java.util.Map". So the one thing that the map is for is what breaks it, once a sender is newer. Jackson 2
#           fails always. A class with fields works with Jackson 3; with Jackson 2 its map has the unwrapped fields as
#           well, and writes them a second time.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>2.21.7</version></dependency>
    <dependency><groupId>tools.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>3.1.7</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

public class Finding {

	public record Common(String id, String source) {
	}

	public record OnlyUnwrapped(@JsonUnwrapped Common common, int amount) {
	}

	public record OnlyRest(int amount, @JsonAnySetter @JsonAnyGetter Map<String, Object> rest) {
	}

	public record Both(@JsonUnwrapped Common common, int amount, @JsonAnySetter @JsonAnyGetter Map<String, Object> rest) {
	}

	public static class BothAsClass {

		@JsonUnwrapped
		public Common common;

		public int amount;

		@JsonAnySetter
		@JsonAnyGetter
		public Map<String, Object> rest = new LinkedHashMap<>();

		@Override
		public String toString() {
			return "BothAsClass[common=" + this.common + ", amount=" + this.amount + ", rest=" + this.rest + "]";
		}

	}

	public static void main(String[] args) {
		var two = new com.fasterxml.jackson.databind.ObjectMapper()
			.disable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
		var three = new tools.jackson.databind.json.JsonMapper();
		String known = "{'id':'7','source':'shop','amount':1}".replace('\'', '"');
		String newer = "{'id':'7','source':'shop','amount':1,'currency':'EUR'}".replace('\'', '"');
		for (Class<?> type : List.of(OnlyUnwrapped.class, OnlyRest.class, Both.class, BothAsClass.class)) {
			for (String json : List.of(known, newer)) {
				System.out.println("2: " + read(json, (text) -> two.readValue(text, type)));
				System.out.println("3: " + read(json, (text) -> three.readValue(text, type)));
			}
		}
	}

	private static String read(String json, Reading reading) {
		String fields = json.contains("currency") ? "newer: " : "known: ";
		try {
			return fields + reading.read(json);
		}
		catch (Exception ex) {
			String problem = ex.getMessage().replaceAll("(?s).*problem: class (.*) \\(Finding.*", "$1");
			return fields + ex.getClass().getSimpleName() + ": " + problem;
		}
	}

	private interface Reading {

		Object read(String json) throws Exception;

	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding)
echo "$seen"
expected='2: known: OnlyUnwrapped[common=Common[id=7, source=shop], amount=1]
3: known: OnlyUnwrapped[common=Common[id=7, source=shop], amount=1]
2: newer: OnlyUnwrapped[common=Common[id=7, source=shop], amount=1]
3: newer: OnlyUnwrapped[common=Common[id=7, source=shop], amount=1]
2: known: OnlyRest[amount=1, rest={source=shop, id=7}]
3: known: OnlyRest[amount=1, rest={source=shop, id=7}]
2: newer: OnlyRest[amount=1, rest={currency=EUR, source=shop, id=7}]
3: newer: OnlyRest[amount=1, rest={currency=EUR, source=shop, id=7}]
2: known: ValueInstantiationException: Finding$Both cannot be cast to class java.util.Map
3: known: Both[common=Common[id=7, source=shop], amount=1, rest=null]
2: newer: ValueInstantiationException: Finding$Both cannot be cast to class java.util.Map
3: newer: ValueInstantiationException: Finding$Both cannot be cast to class java.util.Map
2: known: BothAsClass[common=Common[id=7, source=shop], amount=1, rest={id=7, source=shop}]
3: known: BothAsClass[common=Common[id=7, source=shop], amount=1, rest={}]
2: newer: BothAsClass[common=Common[id=7, source=shop], amount=1, rest={id=7, source=shop, currency=EUR}]
3: newer: BothAsClass[common=Common[id=7, source=shop], amount=1, rest={currency=EUR}]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
