#!/usr/bin/env bash
# All clients of PGlite's socket server are one session: a LISTEN of one is heard by the one that speaks.
#
# Versions: PGlite 0.5.14 (it says PostgreSQL 18.6), pglite-socket 0.2.17, node-postgres 8.16.3, Node.js 20.
# Guess:    With room for ten clients each has a session of its own, and the one that listens is notified.
# Seen:     Both have process 42; the listener hears nothing, the sender hears its own notification, and a setting of
#           one is that of the other.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 pg@8.16.3
cat >finding.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';

const db = await PGlite.create();
const port = 20000 + Math.floor(Math.random() * 20000);
const server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 10 });
await server.start();
const connect = async () => {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  client.heard = 0;
  client.on('notification', () => client.heard++);
  await client.connect();
  return client;
};
const value = async (client, sql) => Object.values((await client.query(sql)).rows[0])[0];
const listener = await connect();
const sender = await connect();
console.log('processes', await value(listener, 'SELECT pg_backend_pid()'), await value(sender, 'SELECT pg_backend_pid()'));
await listener.query('LISTEN c');
await sender.query("NOTIFY c, 'x'");
await sender.query('SELECT 1');
await listener.query('SELECT 1');
console.log('heard by the listener', listener.heard, 'by the sender', sender.heard);
await listener.query("SET application_name = 'the listener'");
console.log('name of the sender:', await value(sender, 'SHOW application_name'));
process.exit(0);
JS
seen=$(node finding.mjs)
echo "$seen"
expected='processes 42 42
heard by the listener 0 by the sender 1
name of the sender: the listener'
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
