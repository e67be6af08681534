package main

import (
	"database/sql"
	"encoding/json"
	"log"
	"os"

	_ "github.com/lib/pq"
)

func main() {
	db, err := sql.Open("postgres", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	event, _ := json.Marshal(map[string]any{
		"type": "order.placed", "app_id": "7", "payload": map[string]any{"order": 42},
	})
	if _, err := db.Exec("SELECT pg_notify('events', $1)", string(event)); err != nil {
		log.Fatal(err)
	}
}
