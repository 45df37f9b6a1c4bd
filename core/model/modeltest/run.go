package modeltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/core/model"

	"github.com/google/go-cmp/cmp"
)

// Tool is the tool that the suite offers.
const Tool = "probe_look"

// Run holds a model against the contract of model.Model. open gives a model that
// behaves as Act does, or as the planner: asked "look up WORD" it calls Tool with
// that word; given a result it repeats what the result says; otherwise it says
// something.
func Run(t *testing.T, open func(t *testing.T) model.Model) {
	t.Helper()
	t.Run("info", func(t *testing.T) {
		m := open(t)
		if info := m.Info(); info.Wire == "" || info.Name == "" || info != m.Info() {
			t.Errorf("info: %+v, then %+v", info, m.Info())
		}
	})
	t.Run("text", func(t *testing.T) {
		response := generate(t, open(t), request(user("good morning")))
		if response.Message.TextOf() == "" || len(response.Message.CallsOf()) > 0 || response.Stop != model.End {
			t.Errorf("got %+v", response)
		}
	})
	t.Run("call", func(t *testing.T) {
		checkCall(t, generate(t, open(t), request(user("look up apple"))), "apple")
	})
	t.Run("result", func(t *testing.T) {
		response := generate(t, open(t), request(user("look up apple"), call("call_7", "apple"), result("call_7", model.OK, `{"colour":"green-7f3a"}`)))
		if text := response.Message.TextOf(); !strings.Contains(text, "green-7f3a") || response.Stop != model.End {
			t.Errorf("got %q, stop %q", text, response.Stop)
		}
	})
	t.Run("waiting", func(t *testing.T) {
		response := generate(t, open(t), request(user("look up apple"), call("call_7", "apple"), result("call_7", model.Waiting, "")))
		if calls := response.Message.CallsOf(); len(calls) > 0 {
			t.Errorf("called again: %+v", calls)
		}
	})
	t.Run("outcome", func(t *testing.T) {
		told := result("call_7", model.OK, `{"colour":"green-7f3a"}`)
		told.Role = model.Outcome
		response := generate(t, open(t), request(user("look up apple"), call("call_7", "apple"), result("call_7", model.Waiting, ""), told))
		if text := response.Message.TextOf(); !strings.Contains(text, "green-7f3a") || len(response.Message.CallsOf()) > 0 {
			t.Errorf("got %+v", response.Message)
		}
	})
	t.Run("ids are not used twice", func(t *testing.T) {
		m := open(t)
		said := []model.Message{user("look up apple")}
		taken := map[string]bool{}
		for range 3 {
			response := generate(t, m, request(said...))
			checkCall(t, response, "apple")
			id := response.Message.CallsOf()[0].ID
			if taken[id] {
				t.Fatalf("%q names two calls", id)
			}
			taken[id] = true
			said = append(said, response.Message, result(id, model.OK, `{"a":1}`), user("look up apple"))
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		response, err := open(t).Generate(ctx, request(user("look up apple")), nil)
		if !errors.Is(err, context.Canceled) || response != nil {
			t.Errorf("got %+v, %v", response, err)
		}
	})
	t.Run("at once", func(t *testing.T) {
		m := open(t)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				word := fmt.Sprintf("word%d", i)
				response, err := m.Generate(t.Context(), request(user("look up "+word)), nil)
				if err != nil {
					t.Error(err)
					return
				}
				checkCall(t, response, word)
			})
		}
		all.Wait()
	})
}

// generate asks, and checks what holds for every answer.
func generate(t *testing.T, m model.Model, r *model.Request) *model.Response {
	t.Helper()
	before, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	var calls []model.ToolCall
	response, err := m.Generate(t.Context(), r, func(e model.Event) {
		text.WriteString(e.Text)
		if e.Call != nil {
			calls = append(calls, *e.Call)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	after, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the request was changed (-before +after):\n%s", diff)
	}
	message := response.Message
	if message.Role != model.Assistant || message.V != model.Version {
		t.Errorf("message: role %q, version %d", message.Role, message.V)
	}
	if text.String() != message.TextOf() {
		t.Errorf("streamed %q, answered %q", text.String(), message.TextOf())
	}
	if diff := cmp.Diff(message.CallsOf(), calls); diff != "" {
		t.Errorf("calls (-answered +streamed):\n%s", diff)
	}
	if called := len(calls) > 0; called != (response.Stop == model.Calls) {
		t.Errorf("stop %q with %d calls", response.Stop, len(calls))
	}
	return response
}

// checkCall wants one call of the tool with a word.
func checkCall(t *testing.T, response *model.Response, word string) {
	t.Helper()
	calls := response.Message.CallsOf()
	if len(calls) != 1 || calls[0].Name != Tool || calls[0].ID == "" || calls[0].Invalid != "" {
		t.Errorf("calls: %+v", calls)
		return
	}
	var args map[string]string
	if err := json.Unmarshal(calls[0].Args, &args); err != nil || args["word"] != word || len(args) != 1 {
		t.Errorf("arguments %s, want the word %q: %v", calls[0].Args, word, err)
	}
}

// request is one with the suite's tool.
func request(said ...model.Message) *model.Request {
	return &model.Request{
		System:   []string{"Be brief."},
		Brief:    []string{"Probe looks words up."},
		Messages: said,
		Tools: []model.Tool{{
			Name: Tool, Typed: "probe.look", Plugin: "Probe", Summary: "Look a word up", Description: "Looks a word up.",
			Schema:   json.RawMessage(`{"type":"object","required":["word"],"properties":{"word":{"type":"string"}}}`),
			Examples: []string{"look up {word}"},
		}},
		Now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), Locale: "en",
	}
}

func user(text string) model.Message {
	return model.Message{V: model.Version, Role: model.User, Name: "Ann", Parts: []model.Part{{Text: text}}}
}

func call(id, word string) model.Message {
	return model.Message{V: model.Version, Role: model.Assistant, Parts: []model.Part{
		{Call: &model.ToolCall{ID: id, Name: Tool, Args: json.RawMessage(`{"word":"` + word + `"}`)}},
	}}
}

func result(id string, status model.Status, content string) model.Message {
	return model.Message{V: model.Version, Role: model.ToolRole, Parts: []model.Part{
		{Result: &model.ToolResult{CallID: id, Operation: Tool, Status: status, Content: content}},
	}}
}

// Act is how the suite wants the model behind a wire to behave.
func Act(q Query) Answer {
	last := q.Last()
	_, word, asked := strings.Cut(last.Content, "look up ")
	switch {
	case last.Role == "tool", strings.Contains(last.Content, "\n--- "):
		return Text("It says: " + last.Content)
	case asked && q.Has(Tool):
		raw, err := json.Marshal(map[string]string{"word": word})
		if err != nil {
			panic(err)
		}
		return Call([2]string{Tool, string(raw)})
	}
	return Text("Good morning to you.")
}
