import pg from "pg";

const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
client.on("notification", (notification) => {
  const event = JSON.parse(notification.payload);
  console.log(event.type, event.app_id, JSON.stringify(event.payload));
});
await client.query("LISTEN events");
console.log("listening");
