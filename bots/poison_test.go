package bots_test

import (
	"bytes"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/terminal"
	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/core/agent"
	"aidesk/core/model/script"
	"aidesk/core/plugin"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// reader gives what the desk writes to whoever waits for a text in it.
type reader struct {
	text bytes.Buffer
	want string
	came chan struct{}
}

func (r *reader) Write(p []byte) (int, error) {
	n, err := r.text.Write(p)
	if strings.Contains(r.text.String(), r.want) {
		select {
		case r.came <- struct{}{}:
		default:
		}
	}
	return n, err
}

// TestPoison: an event that took the process with it three times is not tried again,
// but closed with an apology.
func TestPoison(t *testing.T) {
	t.Parallel()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	place := `{"platform":"terminal","workspace":"local","channel":"console","direct":true}`
	conversation := "desk/" + terminal.Place().Conversation()
	_, err = db.Ingest(t.Context(), store.Event{
		ID: "poison", Conversation: conversation, Kind: "message", Time: time.Now(),
		Body: []byte(`{"chat":{"id":"m:1","place":` + place + `,"member":"you","message":{"id":"1","text":"boom"}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // each time the process dies after it has begun
		leases, err := db.Claim(t.Context(), "dead", 1, 0, time.Minute)
		if err != nil || len(leases) != 1 {
			t.Fatalf("%d leases, %v", len(leases), err)
		}
		work, err := db.Work(t.Context(), leases[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Try(t.Context(), leases[0], work.Events[0].Seq); err != nil {
			t.Fatal(err)
		}
		if err := db.Release(t.Context(), leases[0], 0); err != nil {
			t.Fatal(err)
		}
	}
	ring, err := secret.Parse([]string{secret.Generate("k1")})
	if err != nil {
		t.Fatal(err)
	}
	in, typing := io.Pipe()
	defer typing.Close()
	out := &reader{want: "Something went wrong", came: make(chan struct{}, 1)}
	registry := &plugin.Registry{Bot: "desk", Records: db, Logger: slog.New(slog.DiscardHandler), Now: time.Now}
	model := script.New()
	desk := &bots.Desk{
		Store: db, Secrets: ring, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Bots: []*bot.Bot{{
			Name: "desk", Plugins: registry, Agent: &agent.Agent{Model: model, Plugins: registry, Now: time.Now, Logger: slog.New(slog.DiscardHandler)},
		}},
	}
	desk.Bots[0].Adapters = append(desk.Bots[0].Adapters, &terminal.Adapter{In: in, Out: out, Interactive: true, Grammar: command.Table})
	ended := make(chan error, 1)
	go func() { ended <- desk.Run(t.Context()) }()
	select {
	case <-out.came:
	case err := <-ended:
		t.Fatalf("the desk ended: %v", err)
	case <-time.After(10 * time.Second):
		t.Fatal("no apology")
	}
	typing.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := len(model.Requests()); n != 0 {
		t.Errorf("the model was asked %d times", n)
	}
}
