package openai

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

func TestChat(t *testing.T) {
	modeltest.RunWire(t, modeltest.Chat, func(url, name string) model.Model {
		return NewChat(Config{BaseURL: url, Model: name, APIKey: "key-of-the-test"})
	})
}

// newChat is a model behind a scripted server.
func newChat(server *modeltest.Server) *Chat {
	return NewChat(Config{BaseURL: server.URL, Model: "scripted", APIKey: "key-of-the-test"})
}

// small is a request with a transcript in which one call was made.
func small() *model.Request {
	return &model.Request{Messages: []model.Message{
		{V: 1, Role: model.User, Parts: []model.Part{{Text: "look"}}},
		{V: 1, Role: model.Assistant, Parts: []model.Part{{Call: &model.ToolCall{ID: "earlier", Name: "f", Args: json.RawMessage("{}")}}}},
		{V: 1, Role: model.ToolRole, Parts: []model.Part{{Result: &model.ToolResult{CallID: "earlier", Status: model.OK, Content: "1"}}}},
		{V: 1, Role: model.User, Parts: []model.Part{{Text: "hello"}}},
	}}
}

// TestStreams sends testdata/streams.txtar byte for byte; testdata/streams.golden
// says what becomes of each.
func TestStreams(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/streams.txtar")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{
		".sse": "text/event-stream; charset=utf-8", ".json": "application/json", ".html": "text/html; charset=utf-8", ".txt": "text/plain",
	}
	var got strings.Builder
	for _, file := range archive.Files {
		fmt.Fprintf(&got, "-- %s --\n", file.Name)
		header := http.Header{"Content-Type": {kinds[path.Ext(file.Name)]}}
		server := modeltest.NewChat(t, modeltest.Raw(http.StatusOK, header, string(file.Data)))
		got.WriteString(ask(t, newChat(server), small()))
	}
	checkGolden(t, "testdata/streams.golden", got.String())
}

// ask gives the events and the answer as text.
func ask(t *testing.T, m model.Model, r *model.Request) string {
	t.Helper()
	var b strings.Builder
	var streamed strings.Builder
	response, err := m.Generate(t.Context(), r, func(e model.Event) {
		streamed.WriteString(e.Text)
		if e.Call != nil {
			fmt.Fprintf(&streamed, "<%s>", e.Call.Name)
		}
	})
	fmt.Fprintf(&b, "streamed: %q\n", streamed.String())
	if err != nil {
		fault, ok := errors.AsType[*model.Error](err)
		if !ok {
			t.Errorf("an error of another type: %v", err)
			return b.String()
		}
		fmt.Fprintf(&b, "error: %v", fault)
		if fault.RetryAfter > 0 {
			fmt.Fprintf(&b, " (retry after %s)", fault.RetryAfter)
		}
		return b.String() + "\n"
	}
	for _, part := range response.Message.Parts {
		if part.Call != nil {
			fmt.Fprintf(&b, "call: %s %s %s %q\n", part.Call.ID, part.Call.Name, part.Call.Args, part.Call.Invalid)
		} else {
			fmt.Fprintf(&b, "text: %q\n", part.Text)
		}
	}
	fmt.Fprintf(&b, "stop: %s, id %q, usage %+v\n", response.Stop, response.ID, response.Usage)
	return b.String()
}

// checkGolden compares with a file, or writes it.
func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
