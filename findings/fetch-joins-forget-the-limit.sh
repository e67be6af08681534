#!/usr/bin/env bash
# Hibernate 7.4: once a query with a collection's join fetch ran without a limit, setMaxResults on it returns all rows.
#
# Versions: Hibernate ORM 7.4.13.Final, H2 2.4.240 (the same on PostgreSQL 18.4), JDK 17.
# Guess:    setMaxResults(2) returns two entities at most, whatever the process has asked before: in 7.3 by counting in
#           memory, and in 7.4, whose notes say that such limits are safe now, by a subquery.
# Seen:     That holds as long as the text of the query was first run with a limit. Where it was first run without one, that
#           plan is taken from the cache for all that follow: its SQL has no subquery, the limit in memory is gone as well,
#           and setMaxResults and setFirstResult are passed over in silence. A batch of two gets the whole table, and page
#           two is page one. Which of both comes first, a list of all or a poller's batch, may differ from one start to the
#           next. Without join fetch both orders are right, and so they all are in 7.3.7.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.hibernate.orm</groupId><artifactId>hibernate-core</artifactId><version>7.4.13.Final</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.util.ArrayList;
import java.util.List;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.query.SelectionQuery;

public class Finding {

	@Entity(name = "Job")
	public static class Job {

		@Id
		int id;

		@OneToMany(mappedBy = "job")
		List<Line> lines = new ArrayList<>();

	}

	@Entity(name = "Line")
	public static class Line {

		@Id
		int id;

		@ManyToOne
		Job job;

	}

	public static void main(String[] args) {
		try (SessionFactory factory = new Configuration().addAnnotatedClasses(Job.class, Line.class)
			.setProperty("hibernate.connection.url", "jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1")
			.setProperty("hibernate.hbm2ddl.auto", "create")
			.buildSessionFactory()) {
			factory.inTransaction((session) -> {
				for (int id = 1; id <= 5; id++) {
					Job job = new Job();
					job.id = id;
					session.persist(job);
					for (int n = 0; n < 2; n++) {
						Line line = new Line();
						line.id = id * 10 + n;
						line.job = job;
						session.persist(line);
					}
				}
			});
			tell(factory, "limited first", "from Job j join fetch j.lines order by j.id", 2, 0, 2);
			tell(factory, "all first", "from Job k join fetch k.lines order by k.id", 0, 2, 1);
			tell(factory, "all first, left", "from Job k left join fetch k.lines order by k.id", 0, 2, 1);
			tell(factory, "all first, no fetch", "from Job k order by k.id", 0, 2, 1);
		}
	}

	private static void tell(SessionFactory factory, String what, String text, int... limits) {
		StringBuilder line = new StringBuilder(what + ":");
		for (int limit : limits) {
			line.append((limit > 0) ? " max " + limit : " all").append(' ').append(jobs(factory, text, 0, limit)).append(',');
		}
		System.out.println(line + " max 2 from 2 on " + jobs(factory, text, 2, 2));
	}

	private static List<Integer> jobs(SessionFactory factory, String text, int first, int limit) {
		return factory.fromTransaction((session) -> {
			SelectionQuery<Job> query = session.createSelectionQuery(text, Job.class);
			if (first > 0) {
				query.setFirstResult(first);
			}
			if (limit > 0) {
				query.setMaxResults(limit);
			}
			return query.getResultList().stream().map((job) -> job.id).toList();
		});
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding 2>/dev/null)
echo "$seen"
expected='limited first: max 2 [1, 2], all [1, 2, 3, 4, 5], max 2 [1, 2], max 2 from 2 on [3, 4]
all first: all [1, 2, 3, 4, 5], max 2 [1, 2, 3, 4, 5], max 1 [1, 2, 3, 4, 5], max 2 from 2 on [1, 2, 3, 4, 5]
all first, left: all [1, 2, 3, 4, 5], max 2 [1, 2, 3, 4, 5], max 1 [1, 2, 3, 4, 5], max 2 from 2 on [1, 2, 3, 4, 5]
all first, no fetch: all [1, 2, 3, 4, 5], max 2 [1, 2], max 1 [1], max 2 from 2 on [3, 4]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
