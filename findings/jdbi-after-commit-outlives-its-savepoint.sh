#!/usr/bin/env bash
# Jdbi: afterCommit callbacks run for what a savepoint undid, and one that throws makes a commit look like a failure.
#
# Versions: Jdbi 3.49.6, H2 2.4.240, JDK 17.
# Guess:    A callback that was registered after a savepoint is dropped by the rollback to it, with the rows; a nested
#           useTransaction that fails undoes its own part; an exception of a callback is logged, or thrown once all
#           callbacks have run.
# Seen:     rollbackToSavepoint takes the row away and leaves the callback, which is run at the commit. A nested
#           useTransaction is no savepoint but a part of the outer one: where the caller catches its exception, its row
#           is committed and its callback runs. An exception of a callback comes out of useTransaction, which looks as
#           if it had been rolled back, though the row is committed; the callbacks after it are never run.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.jdbi</groupId><artifactId>jdbi3-core</artifactId><version>3.49.6</version></dependency>
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

import org.h2.jdbcx.JdbcDataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;

public class Finding {

	private static final List<String> heard = new ArrayList<>();

	private static Jdbi jdbi;

	public static void main(String[] args) {
		JdbcDataSource dataSource = new JdbcDataSource();
		dataSource.setURL("jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1");
		jdbi = Jdbi.create(dataSource);
		jdbi.useHandle((handle) -> handle.execute("CREATE TABLE orders (what varchar)"));
		run("savepoint", (handle) -> {
			order(handle, "kept");
			handle.savepoint("before");
			order(handle, "undone");
			handle.rollbackToSavepoint("before");
		});
		run("nested", (handle) -> {
			order(handle, "outer");
			try {
				handle.useTransaction((nested) -> {
					order(nested, "failed");
					throw new IllegalStateException("out of stock");
				});
			}
			catch (IllegalStateException ex) {
				heard.add("caught");
			}
		});
		run("callback that throws", (handle) -> {
			order(handle, "first");
			handle.afterCommit(() -> {
				throw new IllegalStateException("not sent");
			});
			order(handle, "second");
		});
	}

	private static void order(Handle handle, String what) {
		handle.execute("INSERT INTO orders VALUES (?)", what);
		handle.afterCommit(() -> heard.add("committed " + what));
	}

	private static void run(String title, HandleConsumer<RuntimeException> work) {
		heard.clear();
		try {
			jdbi.useTransaction(work);
		}
		catch (IllegalStateException ex) {
			heard.add("thrown: " + ex.getMessage());
		}
		System.out.println(title + ": heard " + heard + ", rows "
				+ jdbi.withHandle((handle) -> handle.createQuery("SELECT what FROM orders").mapTo(String.class).list()));
		jdbi.useHandle((handle) -> handle.execute("DELETE FROM orders"));
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='savepoint: heard [committed kept, committed undone], rows [kept]
nested: heard [caught, committed outer, committed failed], rows [outer, failed]
callback that throws: heard [committed first, thrown: not sent], rows [first, second]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
