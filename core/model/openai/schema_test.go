package openai

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"

	"github.com/getkin/kin-openapi/openapi3"
)

// published gives OpenAI's own schema of a request, as a check.
func published(t *testing.T, name string) func(body []byte) error {
	t.Helper()
	corpora := os.Getenv("AIDESK_CORPORA")
	if corpora == "" {
		t.Skip("AIDESK_CORPORA is not set")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(corpora, "openai", "requests.json"))
	if err != nil {
		t.Fatal(err)
	}
	// A message of a user fits two of its items, the easy one and the other: with a list as its
	// content both alike.
	item := doc.Components.Schemas["InputItem"].Value
	item.AnyOf, item.OneOf = item.OneOf, nil
	schema := doc.Components.Schemas[name].Value
	return func(body []byte) error {
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			return err
		}
		return schema.VisitJSON(v)
	}
}

// kind is one of the wires.
type kind struct {
	schema  string
	dialect modeltest.Dialect
	open    modeltest.Open
	make    func(Config) model.Model
}

var kinds = map[string]kind{
	"chat":      {"CreateChatCompletionRequest", modeltest.Chat, open, func(c Config) model.Model { return NewChat(c) }},
	"responses": {"CreateResponse", modeltest.Responses, openResponses, func(c Config) model.Model { return NewResponses(c) }},
}

// TestRequestIsValid holds requests against the published schemas.
func TestRequestIsValid(t *testing.T) {
	least := &model.Request{Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: "hi"}}}}}
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			valid := published(t, k.schema)
			for _, r := range []*model.Request{modeltest.Full(), modeltest.Small(), modeltest.Given(), least} {
				server := modeltest.New(t, k.dialect, modeltest.Text("ok"))
				m := k.make(Config{BaseURL: server.URL, Model: "scripted", Reasoning: "low", MaxOutput: 100})
				if _, err := m.Generate(t.Context(), r, nil); err != nil {
					t.Fatal(err)
				}
				body := server.Queries()[0].Body
				if err := valid(body); err != nil {
					t.Errorf("%v in %s", err, body)
				}
			}
		})
	}
}

// TestSchemasRefuse shows that the published schemas can refuse what we send.
func TestSchemasRefuse(t *testing.T) {
	tests := []struct{ kind, name, from, to string }{
		{"chat", "no model", `"model":"scripted",`, ``},
		{"chat", "a role that is none", `"role":"assistant"`, `"role":"outcome"`},
		{"chat", "a result of no call", `,"tool_call_id":"c1"`, ``},
		{"chat", "a call without a function", `"function":{"name":"probe_look"`, `"functions":{"name":"probe_look"`},
		{"chat", "an effort that is none", `"reasoning_effort":"low"`, `"reasoning_effort":"hard"`},
		{"chat", "a picture without an address", `"image_url":{"url"`, `"image_url":{"uri"`},
		{"chat", "a file of no kind", `"type":"file"`, `"type":"document"`},
		{"responses", "a picture without detail", `,"detail":"auto"`, ``},
		{"responses", "a file of no kind", `"type":"input_file"`, `"type":"file"`},
		{"responses", "a role that is none", `"role":"assistant"`, `"role":"outcome"`},
		{"responses", "a call without a name", `"name":"probe_look","arguments"`, `"arguments"`},
		{"responses", "a result without output", `,"output":"`, `,"out":"`},
		{"responses", "a tool without strict", `"strict":false`, `"stricter":false`},
		{"responses", "an include that is none", `reasoning.encrypted_content`, `reasoning.content`},
	}
	for _, test := range tests {
		t.Run(test.kind+"/"+test.name, func(t *testing.T) {
			k := kinds[test.kind]
			valid := published(t, k.schema)
			server := modeltest.New(t, k.dialect, modeltest.Text("ok"))
			r := modeltest.Full()
			r.Files = modeltest.Given().Files
			if _, err := k.make(Config{BaseURL: server.URL, Model: "scripted", Reasoning: "low"}).Generate(t.Context(), r, nil); err != nil {
				t.Fatal(err)
			}
			body := server.Queries()[0].Body
			broken := bytes.Replace(body, []byte(test.from), []byte(test.to), 1)
			if bytes.Equal(body, broken) || valid(broken) == nil {
				t.Errorf("the schema takes %s", broken)
			}
		})
	}
}

// TestAnyTranscript holds what is made of any transcript against the server's rules
// and, where it is at hand, the published schema.
func TestAnyTranscript(t *testing.T) {
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			var valid func([]byte) error
			if os.Getenv("AIDESK_CORPORA") != "" {
				valid = published(t, k.schema)
			}
			modeltest.CheckRequests(t, k.dialect, k.open, valid)
		})
	}
}

// TestIDs keeps the ids of another wire within what Responses takes.
func TestIDs(t *testing.T) {
	r := modeltest.Small()
	long := strings.Repeat("x", 100)
	r.Messages[1].Parts[0].Call.ID, r.Messages[2].Parts[0].Result.CallID = long, long
	server := modeltest.New(t, modeltest.Responses, modeltest.Text("ok"))
	if _, err := NewResponses(Config{BaseURL: server.URL, Model: "m"}).Generate(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	if q := server.Queries()[0]; q.Messages[1].ToolCalls[0].ID != q.Messages[2].ToolCallID || len(q.Messages[2].ToolCallID) > 64 {
		t.Errorf("got %+v", q.Messages)
	}
}
