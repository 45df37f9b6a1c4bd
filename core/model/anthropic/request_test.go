package anthropic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

// TestRequestKinds holds the request of each kind of transcript and setting, headers
// included, against testdata/requests.golden. The file was written when the official
// SDK still made the requests.
func TestRequestKinds(t *testing.T) {
	says := func(role model.Role, parts ...model.Part) model.Message {
		return model.Message{V: model.Version, Role: role, Parts: parts}
	}
	text := func(s string) model.Part { return model.Part{Text: s} }
	call := func(id, name, args string) model.Part {
		return model.Part{Call: &model.ToolCall{ID: id, Name: name, Args: json.RawMessage(args)}}
	}
	result := func(id string, status model.Status, content string) model.Part {
		return model.Part{Result: &model.ToolResult{CallID: id, Operation: "look", Status: status, Content: content}}
	}
	state := func(raw string) model.Part {
		return model.Part{Opaque: &model.Opaque{Wire: Wire, Model: "m", Host: "models.example", Raw: json.RawMessage(raw)}}
	}
	look := model.Tool{Name: "look", Description: "Looks <up>.", Schema: json.RawMessage(`{"type":"object","properties":{"word":{"type":"string"}},"required":["word"],"additionalProperties":false}`)}
	hello := says(model.User, text("hello"))
	kinds := []struct {
		name    string
		config  Config
		request model.Request
	}{
		{"one question", Config{}, model.Request{System: []string{"You are a desk."}, Messages: []model.Message{hello}}},
		{"nothing said yet", Config{}, model.Request{}},
		{"no key", Config{APIKey: "none"}, model.Request{Messages: []model.Message{hello}}},
		{"a bound of the answer", Config{MaxOutput: 100}, model.Request{Messages: []model.Message{hello}}},
		{"reasoning", Config{Reasoning: "low"}, model.Request{System: []string{"Think."}, Messages: []model.Message{hello}}},
		{"tools without a system text", Config{}, model.Request{Tools: []model.Tool{look, {Name: "add"}}, Messages: []model.Message{hello}}},
		{"tools that are offered no longer", Config{}, model.Request{Messages: []model.Message{
			hello, says(model.Assistant, call("c1", "look", `{"word":"a"}`)), says(model.ToolRole, result("c1", model.OK, "red")),
		}}},
		{"parallel calls", Config{}, model.Request{Tools: []model.Tool{look}, Messages: []model.Message{
			hello, says(model.Assistant, text("I look."), call("c1", "look", `{"word":"<a>"}`), call("c2", "look", `{ "word" : "b" }`)),
			says(model.ToolRole, result("c2", model.Failed, "HTTP 500")), says(model.ToolRole, result("c1", model.Waiting, "asks first")),
			hello, says(model.Assistant, text("Done.")), hello,
		}}},
		{"thoughts", Config{}, model.Request{Tools: []model.Tool{look}, Messages: []model.Message{
			hello, says(model.Assistant, state(`{"type":"thinking","thinking":"hm, <so>","signature":"s+/="}`), text("I look."),
				state(`{"type":"redacted_thinking","data":"x=="}`), call("c1", "look", `{}`)),
			says(model.ToolRole, result("c1", model.OK, "")),
			says(model.Assistant, text("It is red."), state(`{"type":"thinking","thinking":"led to nothing","signature":"t"}`)),
			says(model.Outcome, result("c0", model.Declined, "no")),
		}}},
		{"the answer first", Config{}, model.Request{Messages: []model.Message{says(model.Assistant, text("before"))}}},
		{"text that is no Unicode", Config{}, model.Request{System: []string{"a\xffb\u2028c"}, Messages: []model.Message{says(model.User, text("x\xc3\u2029<&>"))}}},
	}
	var got strings.Builder
	for _, kind := range kinds {
		transport := &capture{}
		kind.config.BaseURL, kind.config.Model, kind.config.Client = "http://models.example/v1", "m", transport.client()
		switch kind.config.APIKey {
		case "":
			kind.config.APIKey = "key-of-the-test"
		case "none":
			kind.config.APIKey = ""
		}
		if _, err := New(kind.config).Generate(t.Context(), &kind.request, nil); err != nil {
			t.Fatalf("%s: %v", kind.name, err)
		}
		fmt.Fprintf(&got, "-- %s --\n%s %s\n", kind.name, transport.request.Method, transport.request.URL)
		for _, name := range slices.Sorted(maps.Keys(transport.request.Header)) {
			if value := transport.request.Header.Get(name); value != "" && name != "User-Agent" {
				fmt.Fprintf(&got, "%s: %s\n", name, value)
			}
		}
		var body bytes.Buffer
		if err := json.Indent(&body, transport.body, "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteString(body.String() + "\n")
	}
	modeltest.Golden(t, "testdata/requests.golden", got.String(), *update)
}
