package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/lib/pq"
)

func main() {
	listener := pq.NewListener(os.Args[1], time.Second, time.Minute, nil)
	if err := listener.Listen("events"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening")
	for notification := range listener.Notify {
		if notification == nil {
			continue // connected again: events may be missing, read the tables
		}
		var event struct {
			Type    string          `json:"type"`
			AppID   *string         `json:"app_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal([]byte(notification.Extra), &event); err != nil {
			log.Print(err)
			continue
		}
		app := "null"
		if event.AppID != nil {
			app = *event.AppID
		}
		fmt.Println(event.Type, app, string(event.Payload))
	}
}
