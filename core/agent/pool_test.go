package agent_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bottest"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/plugin"
	"aidesk/store"
	"aidesk/store/bolt"
)

// source is a plugin of a test, as its bytes. Nobody serves it.
type source struct {
	name, manifest string // no manifest: one is made from the document
	document       []byte
}

// stocked is an agent with plugins that are registered and enabled for everybody.
func stocked(t testing.TB, m model.Model, plugins ...source) (*agent.Agent, agent.Turn) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, p := range plugins {
		id := p.name + ".example"
		reg := plugin.Registration{
			ID: id, Name: p.name, Source: id, At: "https://" + id + "/ai-plugin.json", Found: "https://" + id + "/openapi.json", Default: true,
		}
		if p.manifest != "" {
			if reg.Hashes.Manifest, err = db.PutDocument(t.Context(), []byte(p.manifest)); err != nil {
				t.Fatal(err)
			}
		}
		if reg.Hashes.Document, err = db.PutDocument(t.Context(), p.document); err != nil {
			t.Fatal(err)
		}
		reg.Version = reg.Hashes.Document
		value, err := json.Marshal(reg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Put(t.Context(), store.Record{Key: "plugin/desk/*/" + id, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	guard, err := egress.New(egress.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	a := &agent.Agent{
		Model: m, Plugins: &plugin.Registry{Bot: "desk", Records: db, Guard: guard, Logger: logger, Now: time.Now},
		Persona: "You are the desk of a test.", Now: bottest.NewClock().Now, Logger: logger,
	}
	n := 0
	return a, agent.Turn{
		Conversation: "c1", Place: chat.Place{Platform: "slack", Workspace: "W1", Channel: "D1", Direct: true},
		Member: chat.Member{ID: "ada", Name: "Ada", Zone: "Europe/Paris", Locale: "en-GB"}, Owner: "desk/slack/W1/ada",
		Confirmation: "r1", NewID: func() string { n++; return fmt.Sprintf("id%d", n) },
	}
}

// asked is the first request to the model for a question.
func asked(t testing.TB, a *agent.Agent, turn agent.Turn, question string) (model.Request, agent.Answer) {
	t.Helper()
	m := script.New(script.Say("hello"))
	a.Model, turn.Question = m, question
	answer, err := a.Run(t.Context(), turn)
	if err != nil {
		t.Fatal(err)
	}
	return m.Requests()[0], answer
}

// The words of made-up plugins.
var (
	trades  = strings.Fields("harbour bakery museum garage clinic library brewery orchard theatre quarry sawmill weather")
	verbs   = strings.Fields("list find count inspect book cancel rename move archive restore publish measure")
	objects = strings.Fields("crates loaves paintings engines visits volumes barrels trees seats stones planks storms")
)

// mills are plugins with so many operations together, the same in each run: the
// plugin of each trade handles everything that there is in its own way.
func mills(operations int) []source {
	type m = map[string]any
	var plugins []source
	for i := 0; operations > 0; i++ {
		name := trades[i%len(trades)]
		paths := m{}
		for j := 0; j < 25 && operations > 0; j++ {
			verb, object := verbs[j%len(verbs)], objects[(i+j/len(verbs))%len(objects)]
			operation := m{
				"operationId": verb + strings.ToUpper(object[:1]) + object[1:], "summary": verb + " " + object + " of the " + name,
				"description": fmt.Sprintf("Will %s the %s that the %s has, by place and day. What is closed is left out.", verb, object, name),
				"parameters": []m{
					{"name": "place", "in": "query", "required": true, "description": "Where they are, as a town or a street.", "schema": m{"type": "string"}},
					{"name": "day", "in": "query", "description": "On which day, today where it is left out.", "schema": m{"type": "string", "format": "date"}},
					{"name": "limit", "in": "query", "description": "How many at most.", "schema": m{"type": "integer", "minimum": 1, "maximum": 50}},
				},
				"responses": m{"200": m{"description": "ok"}},
			}
			method := "get"
			if j%len(verbs) > 3 {
				method = "post"
			}
			paths["/"+object+"/"+verb] = m{method: operation}
			operations--
		}
		document, err := json.Marshal(m{
			"openapi": "3.0.3", "info": m{"title": name, "version": "1"}, "servers": []m{{"url": "https://" + name + ".example"}}, "paths": paths,
		})
		if err != nil {
			panic(err)
		}
		plugins = append(plugins, source{name, fmt.Sprintf(
			`{"schema_version":"v1","name_for_model":%q,"name_for_human":%q,"description_for_model":"Everything about the %s: what it has, where, and on which day. %s","auth":{"type":"none"},"api":{"type":"openapi","url":"/openapi.json"}}`,
			name, "The "+name, name, strings.Repeat("It knows more than can be said here. ", 20)), document})
	}
	return plugins
}
