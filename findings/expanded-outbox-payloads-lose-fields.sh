#!/usr/bin/env bash
# Debezium's outbox router with expand.json.payload loses fields of nested objects, and does not expand what it should.
#
# Versions: Debezium 3.6.1.Final (the EventRouter transformation of debezium-embedded's jars), Kafka Connect 4.3.0, JDK 17.
# Guess:    The JSON object of the payload column comes out as the same JSON, numbers perhaps as doubles: the option
#           only saves consumers from parsing a string.
# Seen:     All objects of an array share one schema. Fields at the first level of it are merged (missing ones appear as
#           null), deeper ones are not: an object there keeps only the fields that its last neighbour has, {"x":1} beside
#           {"y":2} becomes {"y":null}, without a word. An empty array disappears. [1,2.5] leaves the whole payload a
#           string of JSON, so that the kind of one topic's messages changes from event to event. The same two numbers
#           as fields of two objects in an array (a price of 1, a price of 2.5) are a DataException.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.debezium</groupId><artifactId>debezium-embedded</artifactId><version>3.6.1.Final</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import java.time.Instant;
import java.util.Map;

import io.debezium.data.Envelope;
import io.debezium.transforms.outbox.EventRouter;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;

public class Finding {

	private static final Schema ROW = SchemaBuilder.struct()
		.name("finding.public.outbox.Value")
		.field("id", Schema.STRING_SCHEMA)
		.field("aggregatetype", Schema.STRING_SCHEMA)
		.field("aggregateid", Schema.STRING_SCHEMA)
		.field("type", Schema.STRING_SCHEMA)
		.field("payload", SchemaBuilder.string().name("io.debezium.data.Json").optional().build())
		.build();

	private static final Schema SOURCE = SchemaBuilder.struct().name("finding.Source").field("ts_ms", Schema.INT64_SCHEMA).build();

	private static final Envelope ENVELOPE = Envelope.defineSchema()
		.withName("finding.public.outbox.Envelope")
		.withRecord(ROW)
		.withSource(SOURCE)
		.build();

	public static void main(String[] args) {
		String[] payloads = { "{\"lines\":[{\"sku\":\"a\"},{\"sku\":\"b\",\"gift\":true}]}",
				"{\"lines\":[{\"options\":{\"x\":1}},{\"options\":{\"y\":2}}]}",
				"{\"lines\":[{\"options\":{\"y\":2}},{\"options\":{\"x\":1}}]}", "{\"id\":1,\"lines\":[]}",
				"{\"prices\":[1,2]}", "{\"prices\":[1,2.5]}", "{\"lines\":[{\"price\":1},{\"price\":2.5}]}" };
		EventRouter<SourceRecord> router = new EventRouter<>();
		router.configure(Map.of("table.expand.json.payload", "true"));
		JsonConverter converter = new JsonConverter();
		converter.configure(Map.of("schemas.enable", "false"), false);
		for (String payload : payloads) {
			Struct row = new Struct(ROW).put("id", "1")
				.put("aggregatetype", "order")
				.put("aggregateid", "7")
				.put("type", "placed")
				.put("payload", payload);
			Struct change = ENVELOPE.create(row, new Struct(SOURCE).put("ts_ms", 1L), Instant.EPOCH);
			try {
				SourceRecord routed = router
					.apply(new SourceRecord(Map.of(), Map.of(), "finding.public.outbox", ENVELOPE.schema(), change));
				System.out.println(payload + " becomes "
						+ new String(converter.fromConnectData(routed.topic(), routed.valueSchema(), routed.value())));
			}
			catch (DataException ex) {
				System.out.println(payload + " fails: " + ex.getMessage());
			}
		}
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='{"lines":[{"sku":"a"},{"sku":"b","gift":true}]} becomes {"lines":[{"sku":"a","gift":null},{"sku":"b","gift":true}]}
{"lines":[{"options":{"x":1}},{"options":{"y":2}}]} becomes {"lines":[{"options":{"y":null}},{"options":{"y":2}}]}
{"lines":[{"options":{"y":2}},{"options":{"x":1}}]} becomes {"lines":[{"options":{"x":null}},{"options":{"x":1}}]}
{"id":1,"lines":[]} becomes {"id":1}
{"prices":[1,2]} becomes {"prices":[1,2]}
{"prices":[1,2.5]} becomes "{\"prices\":[1,2.5]}"
{"lines":[{"price":1},{"price":2.5}]} fails: Invalid type for STRUCT: class java.lang.String'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
