import json
import sys

import psycopg

connection = psycopg.connect(sys.argv[1], autocommit=True)
connection.execute("LISTEN events")
print("listening", flush=True)
for notification in connection.notifies():
    event = json.loads(notification.payload)
    print(event["type"], event.get("app_id"), json.dumps(event.get("payload")), flush=True)
