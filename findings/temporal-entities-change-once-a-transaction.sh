#!/usr/bin/env bash
# Hibernate 7.4: who changes a @Temporal entity twice in a transaction, or after persist(), fails by Hibernate's own CHECK.
#
# Versions: Hibernate ORM 7.4.13.Final, H2 2.4.240 (the same on PostgreSQL 18.4), JDK 17.
# Guess:    A transaction is one point of the history: an entity that it changes twice has its last state there, as @Audited
#           of the same release has it, or two rows with one time. And what was removed can be made again under its id,
#           which is what a history is for.
# Seen:     All rows of a transaction get one time, and the table gets CHECK (superseded > effective). The second UPDATE of an
#           entity ends the row of the first with the time that it began with, so that the statement fails, and all of the
#           transaction. It takes no flush() of one's own: a query between the changes does it, and so does a field that is
#           set after persist(), since Hibernate inserts what was there, and updates that.
#           With @Version the history's key is (id, version): who makes a removed id again begins with 0, and never succeeds.
#           An id of IDENTITY is null in the history, so that no persist() succeeds at all; nor does it with
#           @Audited, which stores the others.
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
import java.util.function.Consumer;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.Audited;
import org.hibernate.annotations.Temporal;
import org.hibernate.cfg.Configuration;
import org.hibernate.exception.ConstraintViolationException;

public class Finding {

	@Entity(name = "Price")
	@Temporal
	public static class Price {

		@Id
		int id = 1;

		int amount;

	}

	@Entity(name = "Numbered")
	@Temporal
	public static class Numbered {

		@Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		Integer id;

	}

	@Entity(name = "Versioned")
	@Temporal
	public static class Versioned {

		@Id
		int id = 1;

		@Version
		int version;

	}

	@Entity(name = "AuditedPrice")
	@Audited
	public static class AuditedPrice {

		@Id
		int id = 1;

		@Version
		int version;

		int amount;

	}

	@Entity(name = "AuditedNumbered")
	@Audited
	public static class AuditedNumbered {

		@Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		Integer id;

	}

	private static SessionFactory factory;

	public static void main(String[] args) throws InterruptedException {
		factory = new Configuration().addAnnotatedClasses(Price.class, Numbered.class, Versioned.class, AuditedPrice.class, AuditedNumbered.class)
			.setProperty("hibernate.connection.url", "jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1")
			.setProperty("hibernate.hbm2ddl.auto", "create")
			.buildSessionFactory();
		tell("Price, persisted and then changed", (session) -> {
			Price price = new Price();
			session.persist(price);
			price.amount = 10;
		});
		tell("Price, persisted", (session) -> session.persist(new Price()));
		tell("Price, changed, a query, changed", (session) -> {
			Price price = session.find(Price.class, 1);
			price.amount++;
			session.createQuery("from Price", Price.class).list();
			price.amount++;
		});
		tell("Price, changed, changed, a query", (session) -> {
			Price price = session.find(Price.class, 1);
			price.amount++;
			price.amount++;
			session.createQuery("from Price", Price.class).list();
		});
		tell("Numbered, persisted", (session) -> session.persist(new Numbered()));
		tell("AuditedNumbered, persisted", (session) -> session.persist(new AuditedNumbered()));
		tell("AuditedPrice, persisted and then changed", (session) -> {
			AuditedPrice price = new AuditedPrice();
			session.persist(price);
			price.amount = 10;
		});
		tell("AuditedPrice, changed, a query, changed", (session) -> {
			AuditedPrice price = session.find(AuditedPrice.class, 1);
			price.amount++;
			session.createQuery("from AuditedPrice", AuditedPrice.class).list();
			price.amount++;
		});
		makeAgain("Price", Price.class, new Price());
		tell("Versioned, persisted", (session) -> session.persist(new Versioned()));
		makeAgain("Versioned", Versioned.class, new Versioned());
		makeAgain("AuditedPrice", AuditedPrice.class, new AuditedPrice());
	}

	private static void makeAgain(String what, Class<?> type, Object again) throws InterruptedException {
		tell(what + ", removed", (session) -> session.remove(session.find(type, 1)));
		tell(what + ", persisted again", (session) -> session.persist(again));
	}

	private static void tell(String what, Consumer<Session> action) throws InterruptedException {
		String how = "stored";
		try {
			factory.inTransaction(action::accept);
		}
		catch (ConstraintViolationException ex) {
			how = "fails, " + ex.getKind();
		}
		catch (IllegalStateException ex) {
			how = "fails, " + ex.getMessage();
		}
		System.out.println(what + ": " + how);
		Thread.sleep(10);
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding 2>/dev/null)
echo "$seen"
expected='Price, persisted and then changed: fails, CHECK
Price, persisted: stored
Price, changed, a query, changed: fails, CHECK
Price, changed, changed, a query: stored
Numbered, persisted: fails, NOT_NULL
AuditedNumbered, persisted: fails, cannot generate an EntityKey when id is null.
AuditedPrice, persisted and then changed: stored
AuditedPrice, changed, a query, changed: stored
Price, removed: stored
Price, persisted again: stored
Versioned, persisted: stored
Versioned, removed: stored
Versioned, persisted again: fails, UNIQUE
AuditedPrice, removed: stored
AuditedPrice, persisted again: stored'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
