import json
import sys

import psycopg

with psycopg.connect(sys.argv[1]) as connection:  # commits at its end, and the event leaves then
    connection.execute(
        "SELECT pg_notify('events', %s)",
        [json.dumps({"type": "order.placed", "app_id": "7", "payload": {"order": 42}})],
    )
