package main

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/terminal"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/chat"
	"aidesk/core/model/modeltest"
	"aidesk/store/bolt"
)

// TestWires is a conversation of all of aidesk over each wire: answers that are cut
// leave nothing behind, a read is called at once, a booking goes out once and only
// after its approval, and the model hears of it.
func TestWires(t *testing.T) {
	t.Parallel()
	for provider, dialect := range map[string]modeltest.Dialect{
		"openai-chat": modeltest.Chat, "openai": modeltest.Responses, "anthropic": modeltest.Messages,
	} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			server := modeltest.New(t, dialect)
			half := modeltest.Spoken{Text: []string{"half-said ", "and more"}, Calls: [][2]string{{"stays__bookStay", booking}}}
			server.Then(slices.Repeat([]modeltest.Answer{modeltest.Cut(half)}, 3)...)
			server.Then(
				modeltest.Say(modeltest.Spoken{State: "sealed", Text: []string{"I look."}, Calls: [][2]string{{"stays__searchStays", `{"city":"Paris"}`}}}),
				modeltest.Text("There is the Canal Loft."),
				modeltest.Call([2]string{"stays__bookStay", booking}), modeltest.Text("I prepared it."),
				modeltest.Text("It is booked."),
			)
			dir := t.TempDir()
			out := talk(t, dir, config.Model{Provider: provider, Model: "m", BaseURL: server.URL, APIKey: "k"},
				"hello", "Where can I stay in Paris?", "Book it for two nights from 5 December", "1")
			for _, part := range []string{"broke off", "There is the Canal Loft.", "[1] Approve", "It is booked."} {
				if !strings.Contains(out, part) {
					t.Errorf("the conversation lacks %q:\n%s", part, out)
				}
			}
			if n := count(t, dir, "plugins.log", `"method":"POST"`); n != 1 {
				t.Errorf("%d requests with effect, want exactly one", n)
			}
			queries := server.Queries()
			if len(queries) != 8 {
				t.Fatalf("the model was asked %d times, want 8", len(queries))
			}
			for i, q := range queries {
				if strings.Contains(string(q.Body), "half-said") || (len(q.State) > 0) != (i > 3) {
					t.Errorf("query %d: %d states in %s", i, len(q.State), q.Body)
				}
			}
			if last := queries[7].Last(); last.Role != "user" || !strings.Contains(last.Content, "Canal Loft") || !strings.Contains(last.Content, "\n--- ") {
				t.Errorf("the outcome did not reach the model: %+v", last)
			}
			if strings.Contains(out, "half-said") {
				t.Errorf("half an answer is shown:\n%s", out)
			}
		})
	}
}

// talk runs the demo's desk with another model until the lines are answered.
func talk(t *testing.T, dir string, m config.Model, lines ...string) string {
	t.Helper()
	folder, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore("bolt:"+folder.path("desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	examples, err := serveExamples(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer examples.close()
	ring, err := openKeys(t.Context(), nil, folder.path("desk.key"), s)
	if err != nil {
		t.Fatal(err)
	}
	cfg := demoConfig(demoOptions{}, examples)
	cfg.Models["main"] = m
	logger := slog.New(slog.NewJSONHandler(folder.log, nil))
	var out bytes.Buffer
	adapter := &terminal.Adapter{In: strings.NewReader(strings.Join(lines, "\n") + "\n"), Out: &out, Grammar: command.Table, Logger: logger}
	desk, err := newDesk(t.Context(), cfg, dependencies{
		now:   time.Now,
		store: s, secrets: ring.Ring, logger: logger,
		adapters: func(config.Bot) ([]chat.Adapter, error) { return []chat.Adapter{adapter}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(desk.Run(t.Context()), s.Close(), folder.close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
