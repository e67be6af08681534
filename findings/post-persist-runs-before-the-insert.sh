#!/usr/bin/env bash
# Hibernate with a batch size calls @PostPersist, @PostUpdate and @PostRemove before their statements have been sent.
#
# Versions: Hibernate ORM 7.4.13.Final, H2 2.4.240, JDK 17.
# Guess:    As its name and the specification say, @PostPersist comes after the INSERT: a query by the same connection
#           finds the row, and an INSERT that the database refused has no callback. Batching changes the speed only.
# Seen:     That holds without a batch size. With hibernate.jdbc.batch_size=10 the callbacks run as the statement is added
#           to the batch: the row is not there, an updated row has its old value, a removed one is still there. Of three
#           orders of which the second breaks a constraint all three are called back, the one that was refused and the
#           one that was never tried included; without batching it is the first alone.
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
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.PostPersist;
import jakarta.persistence.PostRemove;
import jakarta.persistence.PostUpdate;
import org.hibernate.Session;
import org.hibernate.jpa.HibernatePersistenceConfiguration;

public class Finding {

	private static final List<String> heard = new ArrayList<>();

	private static EntityManager current;

	@Entity(name = "orders")
	public static class Order {

		@Id
		@GeneratedValue(strategy = GenerationType.SEQUENCE)
		public Long id;

		@Column(unique = true)
		public String what;

		public Order() {
		}

		Order(String what) {
			this.what = what;
		}

		@PostPersist
		void persisted() {
			heard.add("persisted " + this.what + " " + rows());
		}

		@PostUpdate
		void updated() {
			heard.add("updated " + this.what + " " + rows());
		}

		@PostRemove
		void removed() {
			heard.add("removed " + this.what + " " + rows());
		}

	}

	public static void main(String[] args) {
		for (int size : new int[] { 0, 10 }) {
			try (EntityManagerFactory factory = new HibernatePersistenceConfiguration("finding").managedClass(Order.class)
				.jdbcUrl("jdbc:h2:mem:finding" + size + ";DB_CLOSE_DELAY=-1")
				.property("hibernate.jdbc.batch_size", String.valueOf(size))
				.property("hibernate.hbm2ddl.auto", "create")
				.createEntityManagerFactory()) {
				factory.runInTransaction((manager) -> {
					current = manager;
					manager.persist(new Order("a"));
					manager.persist(new Order("b"));
				});
				factory.runInTransaction((manager) -> {
					current = manager;
					manager.find(Order.class, 1L).what = "c";
					manager.remove(manager.find(Order.class, 2L));
				});
				try {
					factory.runInTransaction((manager) -> {
						current = manager;
						manager.persist(new Order("d"));
						manager.persist(new Order("c"));
						manager.persist(new Order("e"));
					});
				}
				catch (PersistenceException ex) {
					heard.add("the second c is refused");
				}
				System.out.println("batch size " + size + ": " + String.join(", ", heard));
				heard.clear();
			}
		}
	}

	/** What the transaction itself finds in the table. */
	private static String rows() {
		return current.unwrap(Session.class).doReturningWork((connection) -> {
			try (ResultSet rows = connection.createStatement().executeQuery("SELECT what FROM orders ORDER BY id")) {
				StringBuilder found = new StringBuilder("[");
				while (rows.next()) {
					found.append(rows.getString(1));
				}
				return found.append(']').toString();
			}
		});
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='batch size 0: persisted a [a], persisted b [ab], updated c [cb], removed b [c], persisted d [cd], the second c is refused
batch size 10: persisted a [], persisted b [], updated c [ab], removed b [cb], persisted d [c], persisted c [c], persisted e [c], the second c is refused'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
