import pg from "pg";

const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
const event = { type: "order.placed", app_id: "7", payload: { order: 42 } };
await client.query("SELECT pg_notify('events', $1)", [JSON.stringify(event)]);
await client.end();
