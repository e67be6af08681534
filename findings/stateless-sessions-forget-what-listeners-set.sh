#!/usr/bin/env bash
# Hibernate's StatelessSession calls @PrePersist and @PreUpdate, does not store what they set, and for upsert calls none.
#
# Versions: Hibernate ORM 7.4.13.Final, H2 2.4.240, JDK 17.
# Guess:    All or nothing. A stateless session calls no entity listeners (as its javadoc said up to 6.5), or it does what
#           a session does, where what @PrePersist fills in is stored, and upsert is told as an insert or an update.
# Seen:     insert, update, delete and insertMultiple call them. What @PrePersist and @PreUpdate set is in the object, and so
#           in what @PostPersist publishes, but not in the row: the values to write were taken before. upsert and
#           upsertMultiple call none, whether the row is new or not, so that nothing is published.
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
package finding;

import java.util.ArrayList;
import java.util.List;

import jakarta.persistence.Entity;
import jakarta.persistence.EntityListeners;
import jakarta.persistence.Id;
import jakarta.persistence.PostPersist;
import jakarta.persistence.PostRemove;
import jakarta.persistence.PostUpdate;
import jakarta.persistence.PrePersist;
import jakarta.persistence.PreRemove;
import jakarta.persistence.PreUpdate;
import org.hibernate.SessionFactory;
import org.hibernate.SharedSessionContract;
import org.hibernate.cfg.Configuration;

public class Finding {

	static final List<String> called = new ArrayList<>();

	public static class Listener {

		@PrePersist
		void prePersist(Item item) {
			item.changedBy = "listener";
			called.add("PrePersist");
		}

		@PostPersist
		void postPersist(Item item) {
			called.add("PostPersist by " + item.changedBy);
		}

		@PreUpdate
		void preUpdate(Item item) {
			item.changedBy = "listener";
			called.add("PreUpdate");
		}

		@PostUpdate
		void postUpdate(Item item) {
			called.add("PostUpdate by " + item.changedBy);
		}

		@PreRemove
		void preRemove(Item item) {
			called.add("PreRemove");
		}

		@PostRemove
		void postRemove(Item item) {
			called.add("PostRemove");
		}

	}

	@Entity(name = "Item")
	@EntityListeners(Listener.class)
	public static class Item {

		@Id
		long id;

		String name;

		String changedBy;

		Item() {
		}

		Item(long id, String name) {
			this.id = id;
			this.name = name;
		}

	}

	public static void main(String[] args) {
		try (SessionFactory factory = new Configuration().addAnnotatedClass(Item.class)
			.setProperty("hibernate.connection.url", "jdbc:h2:mem:finding")
			.setProperty("hibernate.hbm2ddl.auto", "create")
			.buildSessionFactory()) {
			factory.inTransaction((session) -> {
				session.persist(new Item(1, "a"));
				session.flush();
				tell(session, "session, persist");
			});
			factory.inStatelessTransaction((session) -> {
				session.insert(new Item(2, "b"));
				tell(session, "insert");
				session.update(new Item(2, "c"));
				tell(session, "update");
				session.insertMultiple(List.of(new Item(3, "d")));
				tell(session, "insertMultiple");
				session.upsert(new Item(1, "e"));
				tell(session, "upsert of a row that is there");
				session.upsert(new Item(4, "f"));
				tell(session, "upsert of a new row");
				session.upsertMultiple(List.of(new Item(5, "g")));
				tell(session, "upsertMultiple");
				session.delete(new Item(2, "c"));
				tell(session, "delete");
			});
		}
	}

	private static void tell(SharedSessionContract session, String method) {
		System.out.println(method + ": " + called + ", rows " + session
			.createQuery("select id || ' ' || name || ' by ' || coalesce(changedBy, 'nobody') from Item order by id", String.class)
			.list());
		called.clear();
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='session, persist: [PrePersist, PostPersist by listener], rows [1 a by listener]
insert: [PrePersist, PostPersist by listener], rows [1 a by listener, 2 b by nobody]
update: [PreUpdate, PostUpdate by listener], rows [1 a by listener, 2 c by nobody]
insertMultiple: [PrePersist, PostPersist by listener], rows [1 a by listener, 2 c by nobody, 3 d by nobody]
upsert of a row that is there: [], rows [1 e by nobody, 2 c by nobody, 3 d by nobody]
upsert of a new row: [], rows [1 e by nobody, 2 c by nobody, 3 d by nobody, 4 f by nobody]
upsertMultiple: [], rows [1 e by nobody, 2 c by nobody, 3 d by nobody, 4 f by nobody, 5 g by nobody]
delete: [PreRemove, PostRemove], rows [1 e by nobody, 3 d by nobody, 4 f by nobody, 5 g by nobody]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
