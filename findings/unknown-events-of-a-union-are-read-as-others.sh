#!/usr/bin/env bash
# Avro: a record of a union that the reader does not know is read as another one that has its fields: cancelled as shipped.
#
# Versions: Apache Avro 1.12.1 for Java (GenericDatumReader), JDK 17.
# Guess:    Records match by their names, as the specification says. An old consumer that gets an event of a kind that was
#           added to the union since gets an AvroTypeException.
# Seen:     A name counts only where one of the reader's union is equal. Else the event becomes the first record of that
#           union that it has the fields of: OrderCancelled(id, reason) is read as OrderShipped(id), OrderReturned(id, total)
#           as OrderPlaced(id, total), the other fields are dropped, and nothing is thrown. Fields with defaults need not be
#           there at all, so that an OrderPlaced whose fields all have one takes every event that is unknown. Without a union
#           no name is looked at. SchemaCompatibility, which goes by the names, says INCOMPATIBLE of the same schemas.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.avro</groupId><artifactId>avro</artifactId><version>1.12.1</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.io.ByteArrayOutputStream;
import java.io.IOException;

import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

public class Finding {

	static final Schema PLACED = SchemaBuilder.record("OrderPlaced").fields().requiredString("id").requiredLong("total").endRecord();

	static final Schema SHIPPED = SchemaBuilder.record("OrderShipped").fields().requiredString("id").endRecord();

	static final Schema CANCELLED = SchemaBuilder.record("OrderCancelled").fields().requiredString("id").requiredString("reason").endRecord();

	static final Schema RETURNED = SchemaBuilder.record("OrderReturned").fields().requiredString("id").requiredLong("total").endRecord();

	static final Schema PINGED = SchemaBuilder.record("Pinged").fields().requiredString("host").endRecord();

	static final Schema LENIENT = SchemaBuilder.record("OrderPlaced").fields().optionalString("id").optionalLong("total").endRecord();

	public static void main(String[] args) throws IOException {
		Schema now = Schema.createUnion(PLACED, SHIPPED, CANCELLED, RETURNED, PINGED);
		Schema before = Schema.createUnion(PLACED, SHIPPED);
		System.out.println("Now to before: " + SchemaCompatibility.checkReaderWriterCompatibility(before, now).getType());
		GenericRecord cancelled = new GenericRecordBuilder(CANCELLED).set("id", "A1").set("reason", "late").build();
		GenericRecord pinged = new GenericRecordBuilder(PINGED).set("host", "h").build();
		tell(new GenericRecordBuilder(SHIPPED).set("id", "A1").build(), now, before);
		tell(cancelled, now, before);
		tell(new GenericRecordBuilder(RETURNED).set("id", "A1").set("total", 5L).build(), now, before);
		tell(pinged, now, before);
		System.out.println("To one whose fields have defaults:");
		tell(pinged, now, Schema.createUnion(LENIENT, SHIPPED));
		System.out.println("Without a union:");
		tell(cancelled, CANCELLED, SHIPPED);
	}

	private static void tell(GenericRecord event, Schema writer, Schema reader) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
		new GenericDatumWriter<GenericRecord>(writer).write(event, encoder);
		encoder.flush();
		String read;
		try {
			GenericRecord record = new GenericDatumReader<GenericRecord>(writer, reader).read(null,
					DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
			read = record.getSchema().getName() + record;
		}
		catch (AvroTypeException ex) {
			read = "AvroTypeException";
		}
		System.out.println("  " + event.getSchema().getName() + event + " is read as " + read);
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding)
echo "$seen"
expected='Now to before: INCOMPATIBLE
  OrderShipped{"id": "A1"} is read as OrderShipped{"id": "A1"}
  OrderCancelled{"id": "A1", "reason": "late"} is read as OrderShipped{"id": "A1"}
  OrderReturned{"id": "A1", "total": 5} is read as OrderPlaced{"id": "A1", "total": 5}
  Pinged{"host": "h"} is read as AvroTypeException
To one whose fields have defaults:
  Pinged{"host": "h"} is read as OrderPlaced{"id": null, "total": null}
Without a union:
  OrderCancelled{"id": "A1", "reason": "late"} is read as OrderShipped{"id": "A1"}'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
