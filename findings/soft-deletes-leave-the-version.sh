#!/usr/bin/env bash
# Hibernate: @SoftDelete leaves @Version as it is, so that who has loaded the row before changes what is deleted.
#
# Versions: Hibernate ORM 7.4.13.Final, H2 2.4.240, JDK 17.
# Guess:    remove() of an entity with @SoftDelete is an UPDATE, which counts @Version up as any other; or, at least, the
#           UPDATEs of that entity ask for a row that is not deleted, as its SELECTs do. Either way who has loaded the row
#           before it was deleted, and then changes it, gets the OptimisticLockException that it gets without @SoftDelete.
# Seen:     Neither. The delete checks the version and does not count it up; the UPDATE checks the version, and not the column.
#           The change of a deleted row is stored, counts the version up, calls @PostUpdate, and nothing tells that no query
#           finds the row any more. The event of the change comes after that of the delete, with a higher version, so that a
#           copy elsewhere that takes the highest version has the row again.
#           The other way round, a delete by who has an old version, is refused as one expects.
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
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.PostRemove;
import jakarta.persistence.PostUpdate;
import jakarta.persistence.Version;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.annotations.SoftDeleteType;
import org.hibernate.cfg.Configuration;

public class Finding {

	@MappedSuperclass
	public abstract static class Base {

		@Id
		int id = 1;

		int price = 10;

		@Version
		int version;

		@PostUpdate
		void updated() {
			events.add("changed");
		}

		@PostRemove
		void removed() {
			events.add("deleted");
		}

	}

	@Entity(name = "Hard")
	public static class Hard extends Base {

	}

	@Entity(name = "Soft")
	@SoftDelete
	public static class Soft extends Base {

	}

	@Entity(name = "Timed")
	@SoftDelete(strategy = SoftDeleteType.TIMESTAMP)
	public static class Timed extends Base {

	}

	private static final List<String> events = new ArrayList<>();

	private static SessionFactory factory;

	public static void main(String[] args) {
		factory = new Configuration().addAnnotatedClasses(Hard.class, Soft.class, Timed.class)
			.setProperty("hibernate.connection.url", "jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1")
			.setProperty("hibernate.hbm2ddl.auto", "create")
			.buildSessionFactory();
		factory.inTransaction((session) -> {
			session.persist(new Hard());
			session.persist(new Soft());
			session.persist(new Timed());
		});
		changeWhatAnotherDeletes(Hard.class, "1 = 0");
		changeWhatAnotherDeletes(Soft.class, "deleted");
		changeWhatAnotherDeletes(Timed.class, "deleted IS NOT NULL");
		factory.inTransaction((session) -> session.createNativeMutationQuery("UPDATE Soft SET deleted = false").executeUpdate());
		tell("Soft, deleted after another has changed it", Soft.class, "deleted", () -> factory.inTransaction((session) -> {
			Soft loaded = session.find(Soft.class, 1);
			factory.inTransaction((other) -> other.find(Soft.class, 1).price = 12);
			session.remove(loaded);
		}));
	}

	private static <T extends Base> void changeWhatAnotherDeletes(Class<T> type, String deleted) {
		tell(type.getSimpleName() + ", changed after another has deleted it", type, deleted,
				() -> factory.inTransaction((session) -> {
					T loaded = session.find(type, 1);
					factory.inTransaction((other) -> other.remove(other.find(type, 1)));
					loaded.price = 11;
				}));
	}

	private static void tell(String what, Class<?> type, String deleted, Runnable action) {
		String how = "no error";
		try {
			action.run();
		}
		catch (RuntimeException ex) {
			how = ex.getClass().getSimpleName();
		}
		String name = type.getSimpleName();
		List<String> rows = factory.fromSession((session) -> session
			.createNativeQuery("SELECT 'price ' || price || ', version ' || version || CASE WHEN " + deleted
					+ " THEN ', deleted' ELSE '' END FROM " + name, String.class)
			.list());
		int found = factory.fromSession((session) -> session.createQuery("from " + name, type).list().size());
		System.out.println(what + ": " + how + ", events " + events + ", row " + rows + ", " + found + " found");
		events.clear();
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding 2>/dev/null)
echo "$seen"
expected='Hard, changed after another has deleted it: OptimisticLockException, events [deleted], row [], 0 found
Soft, changed after another has deleted it: no error, events [deleted, changed], row [price 11, version 1, deleted], 0 found
Timed, changed after another has deleted it: no error, events [deleted, changed], row [price 11, version 1, deleted], 0 found
Soft, deleted after another has changed it: OptimisticLockException, events [changed], row [price 12, version 2], 1 found'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
